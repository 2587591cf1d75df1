import { elementModel } from '../expression/element-names.js'

type Json = Record<string, unknown>

/** One step of a dynamicValue path: `note`, `note[1]`, `value[x]`, `extension('url')` or `value.ofType(Quantity)`. */
interface Step {
  name: string
  index?: number
  extensionUrl?: string
  choiceType?: string
}

/**
 * Sets an element of a resource under construction, making the objects on the way. A repeating element takes all
 * values; any other takes the first. An empty list of values changes nothing.
 * @param types FHIR type name of each value, used where the path leaves the type of a choice element open.
 * @throws RangeError when the path names an element that the resource does not have.
 */
export function setPath(resource: Json, resourceType: string, path: string, values: readonly unknown[], types: readonly (string | undefined)[]): void {
  if (values.length === 0) return
  const steps = parsePath(path)
  let target = resource
  let type = resourceType
  for (const [position, step] of steps.entries()) {
    const { key, model } = place(type, step, types[0])
    if (position === steps.length - 1) {
      if (model.repeats && step.index === undefined) target[key] = [...values]
      else if (model.repeats) elementsOf(target, key)[step.index ?? 0] = values[0]
      else target[key] = values[0]
      return
    }
    target = descend(target, key, step, model.repeats)
    type = model.type
  }
}

function parsePath(path: string): Step[] {
  const steps: Step[] = []
  for (const [, extensionUrl, ofType, name = '', bracket] of path.matchAll(/extension\('([^']*)'\)|ofType\((\w+)\)|(\w+)(?:\[(\d+|x)\])?/g)) {
    const last = steps.at(-1)
    if (ofType !== undefined && last) last.choiceType = ofType
    else if (extensionUrl !== undefined) steps.push({ name: 'extension', extensionUrl })
    else steps.push({ name, ...(bracket !== undefined && bracket !== 'x' && { index: Number(bracket) }) })
  }
  return steps
}

function place(type: string, step: Step, valueType: string | undefined) {
  const model = elementModel(type, step.name) ?? choiceByFullName(type, step.name)
  if (!model) throw new RangeError(`${step.name} is not an element of ${type}`)
  if (model.choices.length === 0) return { key: step.name, model }
  const wanted = (step.choiceType ?? valueType ?? model.choices[0] ?? '').toLowerCase()
  const choice = model.choices.find(name => name.toLowerCase() === wanted) ?? model.choices[0] ?? ''
  return { key: `${step.name}${choice.charAt(0).toUpperCase()}${choice.slice(1)}`, model: { ...model, type: choice } }
}

/** `occurrenceDateTime` names the element `occurrence[x]` together with its type. */
function choiceByFullName(type: string, name: string) {
  for (let end = name.length - 1; end > 0; end -= 1) {
    const model = elementModel(type, name.slice(0, end))
    const choice = model?.choices.find(option => option.toLowerCase() === name.slice(end).toLowerCase())
    if (choice !== undefined) return { type: choice, repeats: false, choices: [] }
  }
  return undefined
}

function descend(target: Json, key: string, step: Step, repeats: boolean): Json {
  if (!repeats) return objectAt(target, key)
  const elements = elementsOf(target, key)
  if (step.extensionUrl !== undefined) {
    const found = elements.find(element => (element as Json).url === step.extensionUrl) as Json | undefined
    const extension = found ?? { url: step.extensionUrl }
    if (!found) elements.push(extension)
    return extension
  }
  const index = step.index ?? 0
  const element = { ...(elements[index] as Json | undefined) }
  elements[index] = element
  return element
}

/** A copy of the object at a key, so that shared knowledge is never written to. */
function objectAt(target: Json, key: string): Json {
  const object = { ...(target[key] as Json | undefined) }
  target[key] = object
  return object
}

function elementsOf(target: Json, key: string): unknown[] {
  const elements = [...((target[key] as unknown[] | undefined) ?? [])]
  target[key] = elements
  return elements
}
