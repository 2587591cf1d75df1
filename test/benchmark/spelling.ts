/** How the letters of a body are spelled: what a reader of bytes does depends on the widest of them. */
export const SPELLINGS = {
  /** With signs beyond Latin-1, as the dash in the name of a Danish laboratory code. */
  wide: (text: string) => text,
  /** Danish letters and no wider ones. */
  latin1: (text: string) => text.replace(/[^\u0020-\u00ff]/g, '-'),
  ascii: (text: string) => text.replace(/[^\u0020-\u007e]/g, 'x'),
} as const
export type Spelling = keyof typeof SPELLINGS
