/** Answers whether a coding belongs to a value set; systems may be written in any of their live forms. */
export interface ValueSetTest {
  /** @param coding a coding, or the plain code of an element that has no system */
  (coding: SentCoding | string): boolean
  /** Whether a concept without a code of the set's systems is one of it by its name, where the set has names. */
  named?: (name: string, codings: readonly (SentCoding | null)[]) => boolean
}

/** A coding as a client may send it: nothing about it is certain. */
export interface SentCoding {
  system?: unknown
  code?: unknown
}

/** Finds a value set by its canonical; undefined when the knowledge has none. */
export type ValueSetLookup = (canonical: string) => ValueSetTest | undefined
