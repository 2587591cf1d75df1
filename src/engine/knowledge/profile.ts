import type { FaultCode, Severity } from '../model/faults.js'
import { namesUnder, type KnowledgeNames } from '../model/names.js'

/** What a body of knowledge is held to, and how it names what is its own. */
export interface KnowledgeProfile {
  names: KnowledgeNames
  /** Languages that answers are given in. The first is that of a text whose resource names none. */
  languages: readonly [string, ...string[]]
  /** What becomes of a finding; one that is not named is a fault. */
  severities: Readonly<Partial<Record<FaultCode, Severity>>>
}

/** What a profile is made for. */
export interface ProfileOptions {
  /** Base of the canonicals of the knowledge's own code systems and extensions, and of resources without a url. */
  base: string
  languages: KnowledgeProfile['languages']
  /** Prefix of the members of `extension` in answers and cards. */
  extensionNames?: string
}

/** What can be served as it is, and is hardly meant so. */
const HARDLY_MEANT: KnowledgeProfile['severities'] = {
  FACT_UNUSED: 'warning',
  VALUE_SET_UNUSED: 'warning',
  CONDITION_CONSTANT: 'warning',
  CONDITION_CONTRADICTED: 'warning',
  ACTION_REPEATED: 'warning',
  ACTION_ALIKE: 'warning',
  PLACEHOLDER_LEFT: 'warning',
}

const USUAL_PREFIX = 'org.columna'

/** Every rule of the house: each text in each language, each condition in plain words, each recommendation graded and sourced, nothing stated in vain. */
export const strict = ({ base, languages, extensionNames = USUAL_PREFIX }: ProfileOptions): KnowledgeProfile => ({
  names: namesUnder(base, extensionNames),
  languages,
  severities: HARDLY_MEANT,
})

/** What plain R4 leaves open, and what the engine can do without: told as a warning where something stays undone. */
const OPEN_IN_R4: KnowledgeProfile['severities'] = {
  ...HARDLY_MEANT,
  // Packages of others name what only their other packages ask.
  FACT_UNUSED: 'accepted',
  VALUE_SET_UNUSED: 'accepted',
  CANONICAL_MISSING: 'accepted',
  ACTION_ID_INVALID: 'accepted',
  DESCRIPTION_MISSING: 'accepted',
  TRANSLATION_MISSING: 'accepted',
  GRADE_MISSING: 'accepted',
  EXPRESSION_TOO_LONG: 'accepted',
  UNKNOWN_HIDDEN: 'accepted',
  DATA_NOT_ASKED_FOR: 'accepted',
  TOPIC_MISSING: 'accepted',
  CARD_TOO_LONG: 'accepted',
  TITLE_UNFINISHED: 'accepted',
  // Whoever brings another form may bring what shows it.
  FORM_UNSUPPORTED: 'accepted',
  CANONICAL_UNKNOWN: 'warning',
  PROPERTY_UNKNOWN: 'warning',
  SOURCE_MISSING: 'warning',
  TRIGGER_UNSUPPORTED: 'warning',
  PRIORITY_REFUSED: 'warning',
  VALUE_SET_UNSUPPORTED: 'warning',
  ELEMENT_NOT_CARRIED: 'warning',
  // What lacks something is not proposed.
  ACTIVITY_INCOMPLETE: 'warning',
  // Where another kind of measure is wanted, somebody else evaluates it.
  MEASURE_INVALID: 'warning',
  SHAPE_INVALID: 'warning',
  // One item of any type counts as true there.
  CRITERION_INVALID: 'warning',
}

/** PlanDefinitions as FHIR R4 allows them. */
export const plainR4 = ({
  base = 'https://knowledge.example.org/fhir',
  languages = ['en'],
  extensionNames = USUAL_PREFIX,
}: Partial<ProfileOptions> = {}): KnowledgeProfile => ({ names: namesUnder(base, extensionNames), languages, severities: OPEN_IN_R4 })
