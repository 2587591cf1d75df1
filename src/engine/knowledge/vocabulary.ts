import type {
  CodeSystem,
  CodeSystemConcept,
  PlanDefinition,
  PlanDefinitionAction,
  Questionnaire,
  QuestionnaireItem,
  QuestionnaireItemAnswerOption,
} from 'fhir/r4.js'
import { HOOKS } from '../../cds-hooks/hooks.js'
import { ANY_ITEMS, itemsOf, mergeItems, type Items } from '../model/items.js'
import type { Vocabulary } from '../expression/vocabulary.js'
import { namedByCanonical, urlOf } from '../model/canonical.js'
import { extensionOf } from '../model/extensions.js'
import { type KnowledgeFile, ofType } from '../model/knowledge-file.js'
import type { LocalizedText } from '../model/localized.js'
import { requiredCodes } from '../model/required-codes.js'
import type { Terminology } from '../terminology/terminology.js'

/** A choice of a deployment that knowledge reads. */
export interface SettingDeclaration {
  /** On or off, or one of some texts. */
  type: 'boolean' | 'code'
  /** The texts that a code can be. */
  values?: readonly string[]
  /** What it is unless the deployment chooses. */
  default: boolean | string
}

/** What knowledge can read as `%settings`, by name; knowledge that reads anything else is refused. */
export type SettingsTable = Readonly<Record<string, SettingDeclaration>>

/** Types of the objects that are no FHIR resources; no FHIR type is called so. */
export const DECLARED = { settings: '%settings', overrides: '%overrides', context: '%context' } as const

const TEXT = itemsOf('string')

/** Gathers what the expressions of the knowledge can name beyond the R4 model. */
export function createVocabulary(
  files: readonly KnowledgeFile[],
  terminology: Terminology,
  settings: SettingsTable = {},
  languages: readonly string[] = [],
): Vocabulary {
  const forms = new Map(ofType<Questionnaire>(files, 'Questionnaire').map(({ resource }) => [resource.url ?? '', resource] as const))
  const answers = new Map([...forms].map(([url, { item }]) => [url, answersIn(item, terminology)] as const))
  return {
    members: new Map([
      [DECLARED.settings, settingMembers(settings)],
      [DECLARED.overrides, overrideMembers(files, terminology)],
      [DECLARED.context, contextMembers()],
    ]),
    boundCodes: requiredCodes,
    hasForm: canonical => namedByCanonical(forms, canonical) !== undefined,
    answers(linkId, canonicals) {
      // Knowledge that brings no form reads those of others, of which nothing is known.
      if (forms.size === 0) return ANY_ITEMS
      const found = [...(canonicals ?? forms.keys())].flatMap(canonical => answers.get(urlOf(canonical))?.get(linkId) ?? [])
      return found.length === 0 ? undefined : mergeItems(found)
    },
    missingNames: linkId => missingIn(terminology.questions.label(terminology.questions.find(linkId) ?? {}), languages),
    codesOfSystem(url) {
      const codes = codesOfSystem(files, urlOf(url))
      return codes && new Map(codes.map(code => [code, missingIn(terminology.display(urlOf(url), code), languages)]))
    },
    isSpoken: language => languages.length === 0 || languages.includes(language),
    linkIds: canonicals =>
      new Set([...canonicals].flatMap(canonical => itemsWithin(forms.get(urlOf(canonical))?.item).map(({ linkId }) => linkId))),
  }
}

function settingMembers(settings: SettingsTable): Map<string, Items> {
  return new Map(
    Object.entries(settings).map(([name, { type, values = [] }]) => [name, type === 'boolean' ? itemsOf('boolean') : oneOf(values)]),
  )
}

/** What is remembered of an overridden card. */
function overrideMembers(files: readonly KnowledgeFile[], terminology: Terminology): Map<string, Items> {
  return new Map([
    ['point', oneOf(codesOfSystem(files, terminology.names.decisionPoints) ?? [])],
    ['at', TEXT],
    ['reason', oneOf(overrideReasons(files, terminology))],
    ['encounter', TEXT],
  ])
}

/** Stands for a reason that was given in words alone. */
const IN_WORDS = 'comment'

/** Codes of the reasons for which cards can be overridden, and what stands for one in words; empty where no action names any. */
export function overrideReasons(files: readonly KnowledgeFile[], terminology: Terminology): string[] {
  const actions = ofType<PlanDefinition>(files, 'PlanDefinition').flatMap(({ resource }) => actionsWithin(resource.action))
  const valueSets = new Set(
    actions.flatMap(action => extensionOf(action, terminology.names.extension.overrideReasons)?.valueCanonical ?? []),
  )
  const codes = [...valueSets]
    .flatMap(canonical => (terminology.membership(canonical) ? terminology.expand(canonical) : []))
    .map(({ code }) => code)
  return codes.length === 0 ? [] : [...codes, IN_WORDS]
}

const actionsWithin = (actions: readonly PlanDefinitionAction[] = []): PlanDefinitionAction[] =>
  actions.flatMap(action => [action, ...actionsWithin(action.action)])

/** Fields of the context of any hook, as the definitions of the hooks give them. */
function contextMembers(): Map<string, Items> {
  const hooks = Object.values(HOOKS)
  return new Map([
    ...hooks.flatMap(({ tokens }) => tokens).map(name => [name, TEXT] as const),
    ...hooks
      .flatMap(({ required }) => Object.entries(required))
      .map(([name, holds]) => [name, holds === 'bundle' ? itemsOf('Bundle') : TEXT] as const),
  ])
}

/** A text that is one of some; of none it is known which. */
const oneOf = (texts: readonly string[]): Items => (texts.length === 0 ? TEXT : { ...TEXT, codes: new Set(texts) })

/** Undefined where there is no such system. */
function codesOfSystem(files: readonly KnowledgeFile[], url: string): string[] | undefined {
  const systems = ofType<CodeSystem>(files, 'CodeSystem').filter(({ resource }) => resource.url === url)
  return systems.length === 0 ? undefined : systems.flatMap(({ resource }) => conceptsWithin(resource.concept).map(({ code }) => code))
}

const missingIn = (name: LocalizedText = new Map(), languages: readonly string[]): string[] =>
  languages.filter(language => !name.has(language))

const conceptsWithin = (concepts: readonly CodeSystemConcept[] = []): CodeSystemConcept[] =>
  concepts.flatMap(concept => [concept, ...conceptsWithin(concept.concept)])

const itemsWithin = (items: readonly QuestionnaireItem[] = []): QuestionnaireItem[] =>
  items.flatMap(item => [item, ...itemsWithin(item.item)])

/** Types of answer by the type of item, where it is not called alike. */
const ANSWER_TYPES: Readonly<Record<string, string>> = {
  text: 'string',
  url: 'uri',
  choice: 'Coding',
  quantity: 'Quantity',
  reference: 'Reference',
  attachment: 'Attachment',
}

/** Items that hold others and are never answered themselves. */
const UNANSWERED = new Set(['group', 'display'])

function answersIn(items: readonly QuestionnaireItem[] | undefined, terminology: Terminology): Map<string, Items> {
  return new Map(
    itemsWithin(items)
      .filter(({ type }) => !UNANSWERED.has(type))
      .map(item => [item.linkId, answersTo(item, terminology)]),
  )
}

function answersTo({ type, answerOption = [], answerValueSet }: QuestionnaireItem, terminology: Terminology): Items {
  if (type === 'open-choice') return itemsOf('Coding', 'string')
  if (answerOption.length > 0) return mergeItems(answerOption.map(optionItems))
  const items = itemsOf(ANSWER_TYPES[type] ?? type)
  if (answerValueSet === undefined || !terminology.membership(answerValueSet) || terminology.isOpen(answerValueSet)) return items
  return { ...items, codes: new Set(terminology.expand(answerValueSet).map(({ code }) => code)) }
}

function optionItems({ valueCoding, valueString, valueInteger, valueDate, valueTime }: QuestionnaireItemAnswerOption): Items {
  if (valueCoding) return { ...itemsOf('Coding'), ...(valueCoding.code !== undefined && { codes: new Set([valueCoding.code]) }) }
  if (valueString !== undefined) return { ...TEXT, codes: new Set([valueString]) }
  return itemsOf(valueInteger !== undefined ? 'integer' : valueDate !== undefined ? 'date' : valueTime !== undefined ? 'time' : 'Reference')
}
