/** Builds the programs of apps/ into a folder. @returns bytes of each when packed. @throws Error where one is larger than it may be. */
export function buildApps(folder: string): Promise<Record<string, number>>
