/** Answers that no case can get from a condition, by `plan/action/number: answer`, each with the reason. */
export const ALWAYS_THE_SAME_ANSWER: Readonly<Record<string, string>> = {}

/** Actions that can speak in no case, by `plan/action`, each with the reason: lines of plans that several cards share. */
export const NEVER_SPEAKING: Readonly<Record<string, string>> = {
  'neurogenic-pain-orders/age-undecided': 'its only card stands only where the patient surely belongs to the stenosis guideline; it speaks in analgesic-orders',
  'neurogenic-pain-orders/boundary-age-16': 'its only card is for patients over 65; it speaks in analgesic-orders',
  'recent-onset-low-back-pain/watch-and-wait': 'yields to the national advice on analgesics, which is about the population of this very card; it speaks in the other guideline cards',
  'red-flags-at-orders/flags-overridden': 'the card of red flags that holds it is silent once overridden, and the card that asks again gives way to the contact card; it speaks there and in the guideline cards',
  'root-affection-guideline/danger-signs-non-specific': 'about group III, on a card for group II; it speaks in the other guideline cards',
  'spinal-stenosis-guideline/boundary-age': 'about age 16, on cards for patients over 65; it speaks in recent-onset-low-back-pain',
}
