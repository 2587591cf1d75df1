/** Answers that no case can get from a condition, by `plan/action/number: answer`, each with the reason. */
export const ALWAYS_THE_SAME_ANSWER: Readonly<Record<string, string>> = {}
