import type { FhirResource } from 'fhir/r4.js'
import type { FaultCode, FaultList } from '../model/faults.js'
import { fhirPath, type Step } from '../model/fhir-path.js'
import { isObject, type JsonObject } from '../../plain-values/json.js'
import type { KnowledgeFile } from '../model/knowledge-file.js'
import { nearestName } from '../model/nearest-name.js'
import { isModelled, RESOURCE_TYPES } from '../model/r4-model.js'
import { shapeOf, type Shape } from '../model/r4-schema.js'

/**
 * Holds resources against the names of R4's elements and what each holds, and answers what of them is so: nothing else is
 * compiled. An element whose name is unknown would be passed over, and a condition that is passed over lets its action
 * apply to everybody. What else R4 asks (what must be there, codes, formats) is not asked here.
 */
export const wellShaped = (files: readonly KnowledgeFile[], faults: FaultList): KnowledgeFile[] =>
  files.flatMap(({ file, resource }) => {
    const kept = new ShapeCheck(file, faults).resource(resource)
    return kept === undefined ? [] : [{ file, resource: kept as unknown as FhirResource }]
  })

/** What JSON writes a value as, and how that is said. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  number: 'a number',
  integer: 'a whole number',
}

/** What stands in more elements than this is no knowledge, and would be too deep to walk through. */
const DEEPEST = 200

/** Checks one resource. Each method answers what it is given without what is wrong in it; undefined where it is wrong itself. */
class ShapeCheck {
  /** Type of the resource, once it is known to have one. */
  private type = '$'
  /** Steps to where we are. */
  private readonly steps: Step[] = []

  constructor(
    private readonly file: string,
    private readonly faults: FaultList,
  ) {}

  resource(value: unknown): JsonObject | undefined {
    if (!isObject(value)) return this.misshapen('a resource', value)
    const { resourceType: type } = value
    if (typeof type !== 'string') return this.misshapen('the name of a resource type', type, '.resourceType')
    if (this.steps.length === 0 && type !== '') this.type = type
    const shape = shapeOf(type)
    if (shape) return this.object(value, shape)
    // Types beyond those of the schema are not read.
    if (isModelled(type)) return value
    this.unknown('.resourceType', `R4 has no resource type ${type}`, type, RESOURCE_TYPES)
    return undefined
  }

  private element(value: unknown, shape: Shape): unknown {
    switch (shape.is) {
      case 'list':
        return this.list(value, shape.items())
      case 'elements':
        return value === null && shape.orNull ? value : this.object(value, shape)
      case 'resource':
        return this.resource(value)
      default:
        return this.plain(value, shape.is)
    }
  }

  private list(value: unknown, items: Shape): unknown {
    if (!Array.isArray(value)) return this.misshapen('a list', value)
    let kept: readonly unknown[] = value
    for (let index = 0; index < value.length; index += 1) {
      const part = this.below(index, value[index], items)
      if (part === undefined || part !== value[index]) kept = kept.with(index, part)
    }
    return kept === value ? kept : kept.filter(each => each !== undefined)
  }

  private object(value: unknown, shape: Shape): JsonObject | undefined {
    if (!isObject(value)) return this.misshapen('an object', value)
    if (this.steps.length > DEEPEST) return this.misshapen(`at most ${DEEPEST} elements within each other`, value)
    let kept = value
    const members = shape.members()
    for (const name of Object.keys(value)) {
      const member = value[name]
      const known = members.get(name)
      // By far the most are plain and sound; no typeof answers 'elements' or 'list'.
      if (member === undefined || typeof member === known?.is) continue
      if (!known) this.unknown(`.${name}`, `R4 has no element ${name} here`, name, [...members.keys()])
      const part = known ? this.below(name, member, known) : member
      if (part !== member) kept = replaced(kept, name, part)
    }
    return kept
  }

  private below(step: Step, value: unknown, shape: Shape): unknown {
    this.steps.push(step)
    const kept = this.element(value, shape)
    this.steps.pop()
    return kept
  }

  private plain(value: unknown, kind: Shape['is']): unknown {
    if (kind === 'integer' ? Number.isInteger(value) : typeof value === kind) return value
    // Some tools write numbers so, and what is meant can be told; `"false"` would count as true.
    if ((kind === 'integer' || kind === 'number') && isWrittenNumber(value)) {
      this.tell('SHAPE_INVALID', `Expected ${KINDS[kind]}; found one in quotation marks.`)
      return value
    }
    return this.misshapen(KINDS[kind] ?? kind, value)
  }

  private misshapen(expected: string, found: unknown, below = ''): undefined {
    this.tell('ELEMENT_MISSHAPEN', `Expected ${expected}; found ${kindOf(found)}.`, below)
  }

  private unknown(below: string, message: string, name: string, known: readonly string[]): void {
    const meant = nearestName(name, known)
    this.tell('ELEMENT_UNKNOWN', `${message}${meant === undefined ? '.' : `; did you mean ${meant}?`}`, below)
  }

  private tell(code: FaultCode, message: string, below = ''): void {
    this.faults.add(code, this.file, `${fhirPath(this.type, this.steps)}${below}`, message)
  }
}

/** An object with another member in the place of one; without it where there is none. */
const replaced = (object: JsonObject, name: string, member: unknown): JsonObject =>
  Object.fromEntries(
    Object.entries(object).flatMap(([each, before]) => (each !== name ? [[each, before]] : member === undefined ? [] : [[each, member]])),
  )

const isWrittenNumber = (value: unknown): boolean => typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return isObject(value) ? 'an object' : (KINDS[typeof value] ?? typeof value)
}
