export declare const SHARED_MODULES: readonly string[]
export declare function recordedFolder(): string
export declare function writeWhole(path: string, text: string): void
export declare function forgetOthers(): void
export declare function sharedModules(): Promise<Readonly<Record<string, object>>>
