/** How much a card may ask of its reader. All figures are visible characters unless they say otherwise. */
export const BUDGET = {
  /** The grade behind a line, parentheses included. */
  tag: 25,
} as const
