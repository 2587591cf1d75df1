/** A text that every database takes, as a column holds it: none of them keeps U+0000 as it is, and one row that is refused would hold up others. */
export const storable = (text: string | undefined): string | null => text?.replaceAll('\0', '\u{FFFD}') ?? null
