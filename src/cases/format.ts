/** What a case may say, and what it means. README.md tells the same to those who write cases. */

/** The three answers a decision point can give. */
export const ANSWERS = ['yes', 'no', 'cannot-tell'] as const

/** The word under which a case lists the decision points that get an answer. */
export const LISTED_UNDER = { yes: 'recommends', no: 'does not recommend', 'cannot-tell': 'cannot tell' } as const

/** A fact about the patient: the first key names its kind. Every value is as the case writes it. */
export type Given = Readonly<Record<string, unknown>>

export interface CasePatient {
  age?: number
  birthDate?: string
  deceased?: boolean | string
}

export interface ClinicalCase {
  name: string
  answer: (typeof ANSWERS)[number]
  today: string
  service: string | string[]
  patient: CasePatient
  given: Given[]
  /** Decision points whose cards the user overrode for this patient: `X-10` (today) or `X-10 100 days ago`. */
  overridden?: string[]
  /** Settings of the deployment that differ from the usual ones. */
  settings?: Record<string, boolean | string>
  /** Who is signed in: the usual user unless the case says otherwise; `Type/id` where the case gives the roles itself. */
  user?: string
  /** Id of the encounter of the call, where the case gives it as a resource. */
  encounter?: string
  recommends?: string[]
  'does not recommend'?: string[]
  'cannot tell'?: string[]
  cards?: number
  indicator?: string
  suggests?: string[]
  'does not suggest'?: string[]
  says?: string[]
  'does not say'?: string[]
  /** Words on a line that applies to this patient and that only its page shows. */
  'page says'?: string[]
  /** Prefetch keys of which a part cannot be used; none unless the case says so. */
  'not usable'?: string[]
}

/** A file of cases: what all of them share stands in `background`, so that each case shows only what it is about. */
export interface CaseFile {
  background?: Partial<Pick<ClinicalCase, 'today' | 'service' | 'patient' | 'given' | 'settings' | 'user' | 'encounter'>>
  cases: ClinicalCase[]
}

const CASE_KEYS: ReadonlySet<string> = new Set([
  'name',
  'answer',
  'today',
  'service',
  'patient',
  'given',
  'overridden',
  'settings',
  'user',
  'encounter',
  'recommends',
  'does not recommend',
  'cannot tell',
  'cards',
  'indicator',
  'suggests',
  'does not suggest',
  'says',
  'does not say',
  'page says',
  'not usable',
])

const BACKGROUND_KEYS: ReadonlySet<string> = new Set(['today', 'service', 'patient', 'given', 'settings', 'user', 'encounter'])

/** A case with the folder it stands in: a decision point, or the reading of the guideline it is about. */
export interface FoundCase {
  about: string
  file: string
  case: ClinicalCase
}

/** What a case says under a word of its vocabulary. */
export const saidUnder = (each: ClinicalCase, word: string): unknown => (each as unknown as Readonly<Record<string, unknown>>)[word]

/**
 * Puts the background behind each case.
 * @param expects words of the vocabulary for what may be expected besides.
 * @throws Error that names the case and the word it does not know.
 */
export function casesOf(written: CaseFile | undefined, expects: readonly string[] = []): ClinicalCase[] {
  const { background = {}, cases } = written ?? ({} as Partial<CaseFile>)
  if (!Array.isArray(cases)) throw new Error('cases: a list of cases is missing.')
  const known = new Set([...CASE_KEYS, ...expects])
  refuseUnknown(background, BACKGROUND_KEYS, 'background')
  return cases.map(each => {
    refuseUnknown(each, known, `'${each.name}'`)
    const whole = { ...background, ...each, given: [...(background.given ?? []), ...(each.given ?? [])] }
    for (const key of ['name', 'answer', 'today', 'service', 'patient'] as const) {
      if (whole[key] === undefined) throw new Error(`'${each.name}' does not say its ${key}.`)
    }
    if (!ANSWERS.includes(whole.answer)) throw new Error(`'${each.name}': answer is one of ${ANSWERS.join(', ')}.`)
    return whole as ClinicalCase
  })
}

/** @throws Error when an object has a key that is not among those known, so that a misspelt word never passes. */
export function refuseUnknown(object: object, known: ReadonlySet<string>, where: string): void {
  const unknown = Object.keys(object).filter(key => !known.has(key))
  if (unknown.length > 0) throw new Error(`${where} says ${unknown.join(', ')}; known are ${[...known].join(', ')}.`)
}
