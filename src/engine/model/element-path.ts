import { madeOnce, memoised } from './memoised.js'
import { elementModel, type ElementModel } from './r4-model.js'

/** One step of a path to an element that is to be set: `note`, `note[1]`, `value[x]`, `extension('url')` or `value.ofType(Quantity)`. */
export interface PathStep {
  name: string
  index?: number
  extensionUrl?: string
  choiceType?: string
}

const STEP = /(?:^|(?<=.)\.)(?:extension\('([^']+)'\)|ofType\((\w+)\)|([A-Za-z]\w*)(?:\[(\d+|x)\])?)/y

/** Reads a path; undefined when it is not one. Paths are part of the knowledge, so that each is read once. */
export const parsePath = memoised((path: string): readonly PathStep[] | undefined => readPath(path))

function readPath(path: string): readonly PathStep[] | undefined {
  const steps: PathStep[] = []
  for (let at = 0; at < path.length || at === 0; at = STEP.lastIndex) {
    STEP.lastIndex = at
    const [, extensionUrl, ofType, name = '', bracket] = STEP.exec(path) ?? []
    const last = steps.at(-1)
    if (ofType !== undefined && last) last.choiceType = ofType
    else if (extensionUrl !== undefined) steps.push({ name: 'extension', extensionUrl })
    else if (name !== '') steps.push({ name, ...(bracket !== undefined && bracket !== 'x' && { index: Number(bracket) }) })
    else return undefined
  }
  return steps.at(-1)?.extensionUrl === undefined ? steps : undefined
}

/** An element as JSON names it. */
export interface NamedElement {
  key: string
  type: string
  repeats: boolean
}

/** Types that a value may go by where a choice element does not have its own. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  date: ['dateTime'],
  instant: ['dateTime'],
  integer: ['decimal'],
  positiveInt: ['integer'],
  unsignedInt: ['integer'],
  code: ['string'],
  id: ['string'],
  markdown: ['string'],
}

/**
 * The element that a step names below a type.
 * @param valueType type of the value, which decides what a choice element is called.
 * @throws RangeError when there is no such element, or a choice element has no such type.
 */
export function elementNamedBy(type: string, step: PathStep, valueType: string | undefined): NamedElement {
  const byValueType = placesOf(step)(type)
  const before = byValueType.get(valueType)
  if (before) return before
  const found = place(type, step, valueType)
  byValueType.set(valueType, found)
  return found
}

/** Elements by the step that names them, by the type of their owner, and by that of their value. */
const placesOf = madeOnce((_: PathStep) => memoised((__: string) => new Map<string | undefined, NamedElement>()))

function place(type: string, step: PathStep, valueType: string | undefined): NamedElement {
  const model = elementModel(type, step.name) ?? choiceByFullName(type, step.name)
  if (!model) throw new RangeError(`${step.name} is not an element of ${type}`)
  if (model.choices.length === 0) return { key: step.name, type: model.type, repeats: model.repeats }
  const wanted = step.choiceType ?? valueType ?? ''
  const choice = [wanted, ...(WIDER[wanted] ?? [])].flatMap(name => choiceOf(model, name)).at(0)
  if (choice === undefined) throw new RangeError(`${step.name} of ${type} cannot be a ${wanted}`)
  return { key: `${step.name}${choice.charAt(0).toUpperCase()}${choice.slice(1)}`, type: choice, repeats: false }
}

const choiceOf = ({ choices }: ElementModel, name: string): string[] =>
  choices.filter(choice => choice.toLowerCase() === name.toLowerCase())

/** `occurrenceDateTime` names the element `occurrence[x]` together with its type. */
function choiceByFullName(type: string, name: string): ElementModel | undefined {
  for (let end = name.length - 1; end > 0; end -= 1) {
    const model = elementModel(type, name.slice(0, end))
    const [choice] = model ? choiceOf(model, name.slice(end)) : []
    if (choice !== undefined) return { type: choice, repeats: false, choices: [] }
  }
  return undefined
}

/** Whether a path leads to an element of a type. A choice element at its end may leave its type to the value. */
export function isElementPath(type: string, path: string): boolean {
  return isElementOf(type)(path)
}

const isElementOf = memoised((type: string) => memoised((path: string) => leadsToElement(type, path)))

function leadsToElement(type: string, path: string): boolean {
  const steps = parsePath(path)
  const last = steps?.at(-1)
  if (!steps || !last) return false
  try {
    const owner = steps.slice(0, -1).reduce((above, step) => elementNamedBy(above, step, undefined).type, type)
    const isOpenChoice = last.choiceType === undefined && (elementModel(owner, last.name)?.choices.length ?? 0) > 0
    if (!isOpenChoice) elementNamedBy(owner, last, undefined)
    return true
  } catch {
    return false
  }
}
