import type {
  CarePlan,
  CodeableConcept,
  Condition,
  Encounter,
  EpisodeOfCare,
  FhirResource,
  Observation,
  Patient,
  Quantity,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
} from 'fhir/r4.js'
import type { CaseCalendar } from './calendar.js'
import { answeredItems, scaleItems } from './forms.js'
import { refuseUnknown, type CasePatient, type Given } from './format.js'
import type { CaseLanguage } from './language.js'
import type { FormWords } from './vocabulary.js'

const CODES = 'http://terminology.hl7.org/CodeSystem'

export const PATIENT_ID = 'testperson'

export const subject = { reference: `Patient/${PATIENT_ID}` }

/** What a kind of fact may say, and the resources it becomes. `id` is unique within the case. */
interface Kind {
  keys: readonly string[]
  build: (fact: Fact, id: string, calendar: CaseCalendar) => FhirResource[]
}

/** One fact with its values read as what they should be. */
export class Fact {
  constructor(
    private readonly values: Given,
    readonly language: CaseLanguage,
  ) {}

  value = (key: string): unknown => this.values[key]
  text = (key: string): string | undefined => (this.values[key] === undefined ? undefined : String(this.values[key]))
  number = (key: string): number | undefined => this.values[key] as number | undefined
  codes = (key: string) => this.language.codings(this.values[key] as string | string[])
  object = <T extends object>(key: string): T => (this.values[key] ?? {}) as T

  /** A resource as FHIR writes it. @throws Error when it is none. */
  resource(key: string): FhirResource {
    const found = this.object<Partial<FhirResource>>(key)
    if (typeof found.resourceType !== 'string' || typeof found.id !== 'string') throw new Error(`${key} is FHIR with resourceType and id.`)
    return found as FhirResource
  }
}

/** A kind of fact that is a code, a date and a status; `members` are what its resource type makes of them. */
function dated(kind: string, usualStatus: string, members: (code: CodeableConcept, date: string) => object): Kind {
  return {
    keys: ['id', 'date', 'status'],
    build: (fact, id, calendar) => [
      {
        ...members({ coding: fact.codes(kind) }, calendar.dateTime(fact.text('date'))),
        id,
        status: fact.text('status') ?? usualStatus,
        subject,
      } as FhirResource,
    ],
  }
}

const KINDS: Readonly<Record<string, Kind>> = {
  condition: {
    keys: [
      'id',
      'onset',
      'onset age',
      'onset range',
      'onset text',
      'recorded',
      'lastUpdated',
      'clinicalStatus',
      'verificationStatus',
      'category',
      'text',
      'display',
      'bodySite',
    ],
    build: (fact, id, calendar) => [condition(fact, id, calendar)],
  },
  observation: {
    keys: ['id', 'value', 'unit', 'comparator', 'interpretation', 'reference range', 'date', 'status'],
    build: (fact, id, calendar) => [observation(fact, id, calendar)],
  },
  'episode of care': {
    keys: ['id', 'start', 'status'],
    build: (fact, id, calendar) => [episodeOfCare(fact, id, calendar)],
  },
  encounter: {
    keys: ['id', 'reason', 'date', 'status', 'class', 'for order'],
    build: (fact, id, calendar) => [encounter(fact, id, calendar)],
  },
  'service request': dated('service request', 'active', (code, date) => ({
    resourceType: 'ServiceRequest',
    intent: 'order',
    code,
    authoredOn: date,
  })),
  medication: dated('medication', 'active', (code, date) => ({
    resourceType: 'MedicationRequest',
    intent: 'order',
    medicationCodeableConcept: code,
    authoredOn: date,
  })),
  procedure: dated('procedure', 'completed', (code, date) => ({ resourceType: 'Procedure', code, performedDateTime: date })),
  'diagnostic report': dated('diagnostic report', 'final', (code, date) => ({
    resourceType: 'DiagnosticReport',
    code,
    effectiveDateTime: date,
  })),
  'imaging study': dated('imaging study', 'available', (code, date) => ({
    resourceType: 'ImagingStudy',
    procedureCode: [code],
    started: date,
  })),
  'care plan': {
    keys: ['id', 'start', 'end', 'status'],
    build: (fact, id, calendar) => [carePlan(fact, id, calendar)],
  },
  // As it came, for cases that were saved from a call.
  resource: { keys: [], build: fact => [fact.resource('resource')] },
}

const OF_ANSWERS = ['id', 'authored', 'status', 'lastUpdated', 'version']

/** The kind of fact that is an answer to a form: question by question, or to a scale. */
const answersTo = (name: string, words: FormWords): Kind =>
  words.statements === undefined
    ? {
        keys: [...OF_ANSWERS, 'flat'],
        build: (fact, id, calendar) => [
          response(
            words,
            answeredItems(words, fact.object(name), fact.language, calendar, fact.value('flat') === true),
            fact,
            id,
            calendar,
          ),
        ],
      }
    : {
        keys: [...OF_ANSWERS, ...(words.total === undefined ? [] : ['stored total'])],
        build: (fact, id, calendar) => [
          response(words, scaleItems(name, words, fact.object(name), fact.language), fact, id, calendar),
          ...storedTotal(words, fact, id, calendar),
        ],
      }

/** Kinds of fact that a case may give, in a language. */
function kindsIn({ vocabulary }: CaseLanguage): Map<string, Kind> {
  const forms = Object.entries(vocabulary.forms).map(([name, words]) => [name, answersTo(name, words)] as const)
  return new Map([...Object.entries(KINDS), ...forms])
}

/** Whether a fact is a draft that is being ordered: in the words of cases, or as FHIR. */
export const isOrder = (values: Given): boolean => 'order' in values || 'draft' in values

/** The patient and all that is given, as FHIR resources; the facts are numbered `c1`, `c2` and so on by kind. */
export function resourcesOf(patient: CasePatient, given: readonly Given[], calendar: CaseCalendar, language: CaseLanguage): FhirResource[] {
  const kinds = kindsIn(language)
  const counts = new Map<string, number>()
  return [
    patientOf(patient, calendar),
    ...given
      .filter(values => !isOrder(values))
      .flatMap(values => {
        const name = Object.keys(values)[0] ?? ''
        const kind = kinds.get(name)
        if (!kind) throw new Error(`'${name}' is not a kind of fact; known are ${[...kinds.keys()].join(', ')}. The kind stands first.`)
        refuseUnknown(values, new Set([name, ...kind.keys]), name)
        const count = (counts.get(name) ?? 0) + 1
        counts.set(name, count)
        const fact = new Fact(values, language)
        return kind.build(fact, fact.text('id') ?? `${name.charAt(0)}${count}`.replace(' ', '-'), calendar)
      }),
  ]
}

function patientOf({ age, birthDate, deceased, ...rest }: CasePatient, calendar: CaseCalendar): Patient {
  refuseUnknown(rest, new Set(), 'patient')
  if (age !== undefined && typeof age !== 'number') throw new Error(`'${String(age)}' is no age: write a number of years.`)
  const born = birthDate ?? (age === undefined ? undefined : calendar.birthDate(age))
  return {
    resourceType: 'Patient',
    id: PATIENT_ID,
    ...(born !== undefined && { birthDate: String(born) }),
    ...(typeof deceased === 'boolean' && { deceasedBoolean: deceased }),
    ...(typeof deceased === 'string' && { deceasedDateTime: calendar.date(deceased) }),
  }
}

const concept = (system: string, code: string) => ({ coding: [{ system: `${CODES}/${system}`, code }] })

function condition(fact: Fact, id: string, calendar: CaseCalendar): Condition {
  const clinicalStatus = fact.text('clinicalStatus') ?? 'active'
  const [onset, recorded, lastUpdated, verificationStatus, category, text, display, bodySite] = [
    'onset',
    'recorded',
    'lastUpdated',
    'verificationStatus',
    'category',
    'text',
    'display',
    'bodySite',
  ].map(key => fact.text(key))
  return {
    resourceType: 'Condition',
    id,
    ...(clinicalStatus !== 'missing' && { clinicalStatus: concept('condition-clinical', clinicalStatus) }),
    ...(verificationStatus !== undefined && { verificationStatus: concept('condition-ver-status', verificationStatus) }),
    ...(category !== undefined && { category: [{ coding: fact.language.codings(category) }] }),
    code: {
      ...(fact.text('condition') !== 'text' && {
        coding: fact.codes('condition').map((coding, index) => (index === 0 && display !== undefined ? { ...coding, display } : coding)),
      }),
      ...(text !== undefined && { text }),
    },
    ...(bodySite !== undefined && { bodySite: [{ text: bodySite }] }),
    subject,
    ...(onset !== undefined && { onsetDateTime: calendar.date(onset) }),
    ...otherOnset(fact),
    ...(recorded !== undefined && { recordedDate: calendar.date(recorded) }),
    ...(lastUpdated !== undefined && { meta: { lastUpdated: calendar.dateTime(lastUpdated) } }),
  }
}

/** An onset that is no day: an age or a range of ages in years, or words. */
function otherOnset(fact: Fact): Pick<Condition, 'onsetAge' | 'onsetRange' | 'onsetString'> {
  const unit = fact.language.vocabulary.dates.units.year.at(-1)
  const years = (value: number) => ({ value, system: 'http://unitsofmeasure.org', code: 'a', ...(unit !== undefined && { unit }) })
  const [age, text, { low, high }] = [
    fact.number('onset age'),
    fact.text('onset text'),
    fact.object<{ low?: number; high?: number }>('onset range'),
  ]
  return {
    ...(age !== undefined && { onsetAge: years(age) }),
    ...((low ?? high) !== undefined && {
      onsetRange: { ...(low !== undefined && { low: years(low) }), ...(high !== undefined && { high: years(high) }) },
    }),
    ...(text !== undefined && { onsetString: text }),
  }
}

/** A response to a form, answered today unless the case says when; `authored: missing` leaves it out. */
function response(
  { questionnaire }: FormWords,
  item: QuestionnaireResponseItem[],
  fact: Fact,
  id: string,
  calendar: CaseCalendar,
): QuestionnaireResponse {
  const [lastUpdated, version] = [fact.text('lastUpdated'), fact.text('version')]
  const authored = fact.text('authored')
  return {
    resourceType: 'QuestionnaireResponse',
    id,
    ...(lastUpdated !== undefined && { meta: { lastUpdated: calendar.dateTime(lastUpdated) } }),
    questionnaire: `${fact.language.form(questionnaire).url}${version === undefined ? '' : `|${version}`}`,
    status: (fact.text('status') ?? 'completed') as QuestionnaireResponse['status'],
    subject,
    ...(authored !== 'missing' && { authored: calendar.dateTime(authored) }),
    item,
  }
}

/** The total of a scale, as a client may keep it beside the answers. */
function storedTotal({ total: code }: FormWords, fact: Fact, id: string, calendar: CaseCalendar): Observation[] {
  const total = fact.number('stored total')
  if (code === undefined || total === undefined) return []
  return [
    {
      resourceType: 'Observation',
      id: `${id}-total`,
      status: 'final',
      code: { coding: fact.language.codings(code) },
      subject,
      effectiveDateTime: calendar.dateTime(fact.text('authored')),
      valueQuantity: { value: total, system: 'http://unitsofmeasure.org', code: '{score}' },
      derivedFrom: [{ reference: `QuestionnaireResponse/${id}` }],
    },
  ]
}

function observation(fact: Fact, id: string, calendar: CaseCalendar): Observation {
  const value = fact.number('value')
  const interpretation = fact.text('interpretation')
  const [unit, comparator] = [fact.text('unit'), fact.text('comparator')]
  const ranges = [fact.value('reference range') ?? []].flat() as { low?: number; high?: number; unit?: string }[]
  const quantity = (amount: number, of = unit) => ({
    value: amount,
    ...(of !== undefined && { unit: of, system: 'http://unitsofmeasure.org', code: of }),
  })
  return {
    resourceType: 'Observation',
    id,
    status: (fact.text('status') ?? 'final') as Observation['status'],
    code: { coding: fact.codes('observation') },
    subject,
    effectiveDateTime: calendar.dateTime(fact.text('date')),
    ...(value !== undefined && {
      valueQuantity: { ...quantity(value), ...(comparator !== undefined && { comparator: comparator as Quantity['comparator'] }) },
    }),
    ...(interpretation !== undefined && { interpretation: [concept('v3-ObservationInterpretation', interpretation)] }),
    ...(ranges.length > 0 && {
      referenceRange: ranges.map(({ low, high, unit: ofRange }) => ({
        ...(low !== undefined && { low: quantity(low, ofRange) }),
        ...(high !== undefined && { high: quantity(high, ofRange) }),
      })),
    }),
  }
}

/** An EpisodeOfCare for the condition whose id it names. */
function episodeOfCare(fact: Fact, id: string, calendar: CaseCalendar): EpisodeOfCare {
  return {
    resourceType: 'EpisodeOfCare',
    id,
    status: (fact.text('status') ?? 'active') as EpisodeOfCare['status'],
    patient: subject,
    diagnosis: [{ condition: { reference: `Condition/${fact.text('episode of care')}` } }],
    period: { start: calendar.date(fact.text('start') ?? calendar.today) },
  }
}

/** An Encounter on a date; `encounter` names the condition it is for, or is `-` where only `reason`, a code, tells. */
function encounter(fact: Fact, id: string, calendar: CaseCalendar): Encounter {
  const forCondition = fact.text('encounter')
  return {
    resourceType: 'Encounter',
    id,
    status: (fact.text('status') ?? 'finished') as Encounter['status'],
    class: { system: `${CODES}/v3-ActCode`, code: fact.text('class') ?? 'AMB' },
    ...(fact.text('for order') !== undefined && { basedOn: [{ reference: `ServiceRequest/${fact.text('for order')}` }] }),
    subject,
    ...(forCondition !== '-' && { reasonReference: [{ reference: `Condition/${forCondition}` }] }),
    ...(fact.value('reason') !== undefined && { reasonCode: [{ coding: fact.codes('reason') }] }),
    period: { start: calendar.dateTime(fact.text('date')) },
  }
}

function carePlan(fact: Fact, id: string, calendar: CaseCalendar): CarePlan {
  const end = fact.text('end')
  return {
    resourceType: 'CarePlan',
    id,
    status: (fact.text('status') ?? 'completed') as CarePlan['status'],
    intent: 'plan',
    category: [{ coding: fact.codes('care plan') }],
    subject,
    period: { start: calendar.date(fact.text('start') ?? calendar.today), ...(end !== undefined && { end: calendar.date(end) }) },
  }
}
