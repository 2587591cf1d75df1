import type { FhirResource } from 'fhir/r4.js'
import { isObject } from '../plain-values/json.js'
import { readDate } from '../engine/expression/dates.js'
import { readReference, type ReferenceIndex } from './references.js'
import { shapeOf, shapesOf, type Shape, type Shapes } from './shapes.js'

/** A value of a record that could not be used, and why; neither word nor number of the patient's stands in it. */
export interface UnusableValue {
  /** Path of the element as JSON names it, such as `Condition.onsetDateTime`. */
  element: string
  reason: string
}

export interface IntakeContext {
  index: ReferenceIndex
  timeZone: string
}

type Json = Readonly<Record<string, unknown>>

/**
 * A record as rules may rely on it: what is not valid FHIR is absent and named, text that carries codes is trimmed,
 * references have one form. What is sound already is handed on as it is; nothing that came in is written to.
 */
export function takeIn<R extends FhirResource>(resource: R, context: IntakeContext): { resource: R; unusable: UnusableValue[] } {
  const intake = new Intake(context, resource.resourceType)
  return { resource: intake.object(resource as unknown as Json, resource.resourceType) as unknown as R, unusable: intake.unusable }
}

/** Most codings of one concept that are read. */
const MOST_CODINGS = 100

/** Most characters of a string, such as a name, that are read: many times what anybody writes there, and few enough for every pattern that names are held against. */
const LONGEST_STRING = 5_000

/** Most values of one record that are named as unusable. */
const MOST_NOTED = 100

/** Elements whose one coding is a status that older clients write as text. */
const STATUS_CONCEPTS: ReadonlySet<string> = new Set(['clinicalStatus', 'verificationStatus'])

class Intake {
  readonly unusable: UnusableValue[] = []
  private readonly path: (string | number)[]

  constructor(
    private readonly context: IntakeContext,
    resourceType: string,
  ) {
    this.path = [resourceType]
  }

  /** An object of a type, with its unusable members left out. */
  object(value: Json, type: string): Json {
    let copy: Record<string, unknown> | undefined
    const shapes = shapesOf(type)
    for (const name in value) {
      const written = value[name]
      const shape = shapeOf(shapes, type, name)
      const taken = shape
        ? this.member(name, written, shape)
        : name.startsWith('_')
          ? this.sibling(value, name, written, shapes, type)
          : written
      if (taken === written) continue
      copy ??= { ...value }
      if (taken !== undefined) copy[name] = taken
      else {
        delete copy[name]
        if (shape?.kind === 'date') this.keepAsText(copy, name, written, shapes, type)
      }
    }
    return copy ?? value
  }

  /** What is no date stays as text where the element may be text too, so that a rule can say that it is there and cannot be read. */
  private keepAsText(copy: Record<string, unknown>, name: string, written: unknown, shapes: Shapes, type: string): void {
    const asText = name.replace(/DateTime$/, 'String')
    if (asText === name || typeof written !== 'string' || written.trim() === '' || copy[asText] !== undefined) return
    if (shapeOf(shapes, type, asText)?.kind === 'text') copy[asText] = written
  }

  private member(name: string, written: unknown, shape: Shape): unknown {
    // The common case first: plain text where text belongs.
    if (shape.kind === 'text' && !shape.repeats && typeof written === 'string' && written !== '' && written.length <= LONGEST_STRING)
      return written
    if (written === null || written === undefined) return undefined
    this.path.push(name)
    const taken =
      Array.isArray(written) || shape.repeats
        ? this.list(Array.isArray(written) ? written : [written], shape, written)
        : this.single(written, shape, name)
    this.path.pop()
    return taken
  }

  /** What stands beside a primitive says nothing where the primitive itself has no value. */
  private sibling(owner: Json, name: string, written: unknown, shapes: Shapes, type: string): unknown {
    const beside = name.slice(1)
    const shape = shapeOf(shapes, type, beside)
    if (!shape || Array.isArray(written)) return written
    return owner[beside] === undefined || this.isUnusable(owner[beside], shape) ? undefined : written
  }

  /** @param written the list as it came; a lone value where a list belongs is a list of one. */
  private list(entries: readonly unknown[], shape: Shape, written: unknown): unknown {
    if (!shape.repeats) return entries.length === 0 ? undefined : this.refuse('is a list')
    let taken: unknown[] | undefined = Array.isArray(written) ? undefined : []
    for (let index = 0; index < entries.length; index += 1) {
      const entry = entries[index]
      this.path.push(index)
      const each = entry === null ? undefined : this.single(entry, shape, '')
      this.path.pop()
      if (each !== entry) taken ??= entries.slice(0, index)
      if (taken && each !== undefined) taken.push(each)
    }
    return (taken ?? entries).length === 0 ? undefined : (taken ?? written)
  }

  private single(written: unknown, shape: Shape, name: string): unknown {
    switch (shape.kind) {
      case 'complex':
        return this.complex(written, shape.type, name)
      case 'resource':
        return isObject(written) && typeof written.resourceType === 'string'
          ? this.object(written, written.resourceType)
          : this.refuse('is no resource')
      case 'date':
        return this.date(written, shape.type)
      case 'code':
        return this.code(written, name)
      case 'text':
        return typeof written === 'string' ? this.text(written, shape) : this.refuse('is no text')
      default:
        return typeof written === shape.kind ? written : this.refuse(`is no ${shape.kind}`)
    }
  }

  private complex(written: unknown, type: string, name: string): unknown {
    if (type === 'CodeableConcept' && typeof written === 'string') return this.concept({ text: written }, name)
    if (!isObject(written)) return this.refuse('is no object')
    const taken = this.object(written, type)
    if (saysNothing(taken)) return TOLD_WHERE_EMPTY.has(name) ? taken : undefined
    if (type === 'Reference') return this.reference(taken)
    return type === 'CodeableConcept' ? this.concept(taken, name) : taken
  }

  private concept(sent: Json, name: string): Json {
    const written = this.withFewCodings(sent)
    const codings = Array.isArray(written.coding) ? (written.coding as Json[]) : []
    if (isBroken(written.text) || codings.some(({ display }) => isBroken(display))) this.refuse(BROKEN_NAME)
    if (!STATUS_CONCEPTS.has(name)) return written
    if (codings.some(({ code }) => typeof code === 'string')) {
      return codings.every(({ code }) => typeof code !== 'string' || code === code.toLowerCase())
        ? written
        : { ...written, coding: codings.map(inLowerCase) }
    }
    return typeof written.text === 'string' ? { ...written, coding: [{ code: written.text.trim().toLowerCase() }] } : written
  }

  /** What is coded in more ways than there are systems is no chart's; each way would be held against each value set. */
  private withFewCodings(written: Json): Json {
    const { coding } = written
    if (!Array.isArray(coding) || coding.length <= MOST_CODINGS) return written
    this.refuse('has more codings than are read')
    return { ...written, coding: coding.slice(0, MOST_CODINGS) }
  }

  private reference(written: Json): Json {
    if (typeof written.reference !== 'string') return written
    const reference = readReference(written.reference, this.context.index)
    return reference === undefined || reference === written.reference ? written : { ...written, reference }
  }

  /** A date as FHIR writes it; one that is readable and yet not so is written anew, by the day and time it means, and by the day alone where no time belongs. */
  private date(written: unknown, type: string): unknown {
    const isFit = typeof written === 'string' && (type !== 'date' || written.length <= LENGTH_OF_DAY)
    if (isFit && PLAIN_DATE.test(written)) return written
    if (typeof written === 'string' && written.trim() === '') return undefined
    const read = readDate(written, this.context.timeZone)
    if (!read || typeof written !== 'string') return this.refuse('is no date')
    if (isFit && FHIR_DATE.test(written)) return written
    return read.instant === undefined || type === 'date' ? read.day : new Date(read.instant).toISOString()
  }

  private code(written: unknown, name: string): unknown {
    const text = typeof written === 'number' && name === 'code' ? String(written) : written
    if (typeof text !== 'string') return this.refuse('is no text')
    const trimmed = text.trim()
    if (name !== 'status') return trimmed || undefined
    return trimmed.toLowerCase() || undefined
  }

  /** Text; of a string that is longer than any the beginning counts. Notes, documents and pictures may be long: no pattern is held against them. */
  private text(written: string, { type }: Shape): string | undefined {
    if (type !== 'string' || written.length <= LONGEST_STRING) return written || undefined
    this.refuse(`is longer than ${LONGEST_STRING} characters; its beginning counts`)
    return written.slice(0, LONGEST_STRING)
  }

  private isUnusable(written: unknown, shape: Shape): boolean {
    const before = this.unusable.length
    const taken = written === null ? undefined : this.single(written, shape, '')
    this.unusable.length = before
    return taken === undefined
  }

  private refuse(reason: string): undefined {
    if (this.unusable.length < MOST_NOTED) this.unusable.push({ element: pathText(this.path), reason })
    return undefined
  }
}

const LENGTH_OF_DAY = 10

/** Dates and times that exist in every month and year, as nearly all are written. */
const PLAIN_DATE = /^[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-](0\d|1[0-3]):[0-5]\d))?$/

/** Dates of FHIR R4, known to exist by now; whatever else can be read is written anew. */
const FHIR_DATE = /^\d{4}(-\d{2}(-\d{2}(T([01]\d|2[0-3]):\d{2}:[0-5]\d(\.\d+)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/

/** What stands for a letter that came in another character set than it was said to be in; by such a name nothing is known. */
const isBroken = (name: unknown): boolean => typeof name === 'string' && name.includes('\ufffd')

const BROKEN_NAME = 'has letters that are lost: it was not sent in UTF-8'

/** Whether an element has no value of its own: it is empty, or only extensions stand in it, such as why there is no value. */
function saysNothing(element: Json): boolean {
  for (const name in element) if (!BESIDE_VALUES.has(name) && !name.startsWith('_')) return false
  return true
}

/** Elements that stay, since rules tell that there is a medicine and nobody knows which. */
const TOLD_WHERE_EMPTY: ReadonlySet<string> = new Set(['medicationCodeableConcept'])

const BESIDE_VALUES: ReadonlySet<string> = new Set(['id', 'extension', 'modifierExtension'])

const inLowerCase = (coding: Json): Json => (typeof coding.code === 'string' ? { ...coding, code: coding.code.toLowerCase() } : coding)

const pathText = (path: readonly (string | number)[]): string =>
  path
    .map(step => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1)
