/** How many turns of a loop it takes to hold a text against a pattern. */
export const turnsOfPattern = ({ length }: string): number => 1 + (length >> 5)

/** How many turns of a loop it takes to look through a record. */
export const TURNS_OF_A_RECORD = 4
