import type { Asked, AskedAction } from './asked.js'
import type { ClinicalCase, FoundCase } from './format.js'

/**
 * Every point under `cannot tell` that is not open, each in a sentence with the actions that speak it, their conditions
 * and answers. A point is open when an action that carries it answers cannot-tell and none answers yes; the conditions
 * of all actions around it count as its own, and an action that does not listen to the hook is not asked.
 */
export function closedPoints({ 'cannot tell': points = [] }: ClinicalCase, asked: readonly AskedAction[]): string[] {
  return points.flatMap(point => {
    const carriers = carriersOf(point, asked)
    const speaking = carriers.filter(({ whole }) => whole === 'yes')
    if (speaking.length > 0) return [`${point} should be open, but is spoken: ${speaking.map(told).join('; ')}`]
    if (carriers.some(({ whole }) => whole === 'cannot-tell')) return []
    if (carriers.length === 0) return [`${point} should be open, but no action of the called services carries it`]
    return [`${point} should be open, but is answered: ${carriers.map(told).join('; ')}`]
  })
}

/**
 * That a case which stands for a no of its folder's point is in truth open, in a sentence with the actions that are open
 * and the conditions that nobody can answer; nothing where it is not. Silence alone is no proof of a no, and a case that
 * takes it for one would hide it when what is unknown begins to speak.
 */
export function openAsNo({ about, case: each }: FoundCase, asked: readonly AskedAction[]): string[] {
  if (each.answer !== 'no' || !each['does not recommend']?.includes(about)) return []
  const carriers = carriersOf(about, asked)
  const open = carriers.filter(({ whole }) => whole === 'cannot-tell')
  if (open.length === 0 || carriers.some(({ whole }) => whole === 'yes')) return []
  return [`${about} is said to be no, but is open: ${open.map(told).join('; ')}`]
}

/** The actions that listen and carry a point. */
const carriersOf = (point: string, asked: readonly AskedAction[]): AskedAction[] =>
  asked.filter(({ listens, place }) => listens && place.points.includes(point))

/** An action with its answer and the conditions that decided it, from the outermost action in. */
function told(action: AskedAction): string {
  const reasons = action.whole === 'yes' ? [] : conditionsWith(action.whole, action)
  return `${action.place.path} answers ${action.whole}${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}`
}

const conditionsWith = (answer: Asked, { place, answers, around }: AskedAction): string[] => [
  ...(around ? conditionsWith(answer, around) : []),
  ...place.conditions.flatMap((description, index) => (answers[index] === answer ? [`${place.id}: "${description}" ${answer}`] : [])),
]
