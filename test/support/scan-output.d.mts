export function tellingWords(): string[]
export function leaksIn(text: string, words: readonly string[]): string[]
