// What every record goes by that remembers the answers of users to cards, wherever it keeps them.

/** Most answers of one patient's users that are remembered or told; the newest. */
export const MOST_OVERRIDES = 100

/** In place of the code of a reason where only words were given. */
export const COMMENT = 'comment'
