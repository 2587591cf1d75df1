export declare const SHARED_PACKAGES: readonly string[]
export declare function isShared(path: string): boolean
export declare function packageEnteredBy(file: string): string | undefined
export declare function recordedFolder(): string
export declare function writeWhole(path: string, text: string): void
export declare function forgetOthers(): void
export declare function sharedModule(path: string): Promise<Readonly<Record<string, unknown>>>
export declare function sharedPackages(): Promise<Readonly<Record<string, object>>>
export declare function runnable(path: string): Promise<string>
