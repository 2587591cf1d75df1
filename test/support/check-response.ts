import { faultsOfShape } from '../../src/knowledge-files/r4-shape.js'

/** What the checker knows about the call, beyond its response. */
export interface CallFacts {
  /** The context's patient, whom every proposed resource must be about. */
  patientId?: string
}

type Json = Record<string, unknown>
type Report = (rule: string, path: string, message: string) => void

/**
 * Every departure of a service's answer from CDS Hooks 2.0 (its RSP, CRD, SRC, SUG, ACT, OVR, LNK and GEN rules)
 * and from what this service promises beyond it. Empty for a sound answer.
 */
export function faultsOfResponse(response: unknown, facts: CallFacts = {}): string[] {
  const faults: string[] = []
  const report: Report = (rule, path, message) => void faults.push(`${rule} ${path}: ${message}`)
  if (!isObject(response)) return ['RSP-01 response: must be an object']
  onlyMembers(response, ['cards', 'systemActions', 'extension'], 'RSP-05', 'response', report)
  checkEmptiness(response, 'response', report)
  checkExtension(response, 'response', report)
  if (Array.isArray(response.cards)) checkCards(response.cards, facts, report)
  else report('RSP-01', 'response.cards', 'must be a list')
  if (response.systemActions !== undefined) {
    eachObject(response.systemActions, 'SYS-01', 'response.systemActions', report, (action, path) =>
      checkAction(action, path, facts, report),
    )
  }
  return faults
}

function checkCards(cards: readonly unknown[], facts: CallFacts, report: Report): void {
  eachObject(cards, 'RSP-01', 'cards', report, (card, path) => checkCard(card, path, facts, report))
  const sound = cards.filter(isObject)
  const uuids = sound.flatMap(card => [card.uuid, ...objects(card.suggestions).map(({ uuid }) => uuid)])
  if (new Set(uuids).size < uuids.length) report('CRD-01', 'cards', 'uuids must differ')
  const ranks = sound.map(({ indicator }) => ['critical', 'warning', 'info'].indexOf(String(indicator)))
  if (ranks.some((rank, index) => index > 0 && rank < (ranks[index - 1] ?? 0)))
    report('own', 'cards', 'must stand in the order critical, warning, info')
}

const CARD_MEMBERS = [
  'uuid',
  'summary',
  'detail',
  'indicator',
  'source',
  'suggestions',
  'selectionBehavior',
  'overrideReasons',
  'links',
  'extension',
]

function checkCard(card: Json, path: string, facts: CallFacts, report: Report): void {
  onlyMembers(card, CARD_MEMBERS, 'GEN-05', path, report)
  requireUuid(card.uuid, 'CRD-01', `${path}.uuid`, report)
  checkSummary(card.summary, `${path}.summary`, report)
  checkDetail(card.detail, `${path}.detail`, report)
  requireOneOf(card.indicator, ['info', 'warning', 'critical'], 'CRD-06', `${path}.indicator`, report)
  checkSource(card.source, `${path}.source`, report)
  checkSuggestions(card, path, facts, report)
  eachObject(card.overrideReasons ?? [], 'CRD-11', `${path}.overrideReasons`, report, (reason, at) => {
    checkCoding(reason, 'OVR-02', at, report)
    requireText(reason.display, 'OVR-01', `${at}.display`, report)
  })
  eachObject(card.links ?? [], 'CRD-12', `${path}.links`, report, (link, at) => checkLink(link, at, report))
  checkExtension(card, path, report)
}

/** Fewer characters than this, counted as code points. */
const SUMMARY_LIMIT = 140

function checkSummary(summary: unknown, path: string, report: Report): void {
  requireText(summary, 'CRD-02', path, report)
  if (typeof summary !== 'string') return
  if ([...summary].length >= SUMMARY_LIMIT) report('CRD-02', path, 'must have fewer than 140 characters')
  if (/[\r\n]/.test(summary)) report('CRD-02', path, 'must be one line')
  checkText(summary, path, report)
}

function checkDetail(detail: unknown, path: string, report: Report): void {
  if (detail === undefined) return
  requireText(detail, 'CRD-03', path, report)
  if (typeof detail !== 'string') return
  if (/(?<!\\)<[A-Za-z/!?]/.test(detail)) report('CRD-05', path, 'must hold no raw HTML')
  if (/(?<!\\)!\[/.test(detail)) report('CRD-05', path, 'must hold no image')
  if (/^\s*[-*]\s*$/m.test(detail)) report('CRD-04', path, 'must hold no empty line of a list')
  checkText(detail, path, report)
}

/** Traces of a text that was put together wrongly. */
function checkText(text: string, path: string, report: Report): void {
  if (/\{\{|\}\}|\[object Object\]|\bundefined\b|\bNaN\b/.test(text)) report('GEN-06', path, 'must hold no unfilled place')
}

function checkSource(source: unknown, path: string, report: Report): void {
  if (!isObject(source)) return report('CRD-07', path, 'must be an object')
  onlyMembers(source, ['label', 'url', 'icon', 'topic', 'extension'], 'GEN-05', path, report)
  requireText(source.label, 'SRC-01', `${path}.label`, report)
  if (source.url !== undefined) requireUrl(source.url, 'SRC-02', `${path}.url`, report)
  if (source.icon !== undefined) requireUrl(source.icon, 'SRC-04', `${path}.icon`, report)
  if (source.topic !== undefined) checkCoding(source.topic, 'SRC-06', `${path}.topic`, report)
}

function checkCoding(coding: unknown, rule: string, path: string, report: Report): void {
  if (!isObject(coding)) return report(rule, path, 'must be an object')
  onlyMembers(coding, ['code', 'system', 'display', 'extension'], 'GEN-05', path, report)
  requireText(coding.code, rule, `${path}.code`, report)
  requireText(coding.system, rule, `${path}.system`, report)
}

function checkSuggestions(card: Json, path: string, facts: CallFacts, report: Report): void {
  if (card.suggestions === undefined) return
  requireOneOf(card.selectionBehavior, ['at-most-one', 'any'], 'CRD-10', `${path}.selectionBehavior`, report)
  eachObject(card.suggestions, 'CRD-08', `${path}.suggestions`, report, (suggestion, at) => checkSuggestion(suggestion, at, facts, report))
  const recommended = objects(card.suggestions).filter(({ isRecommended }) => isRecommended === true)
  if (card.selectionBehavior === 'at-most-one' && recommended.length > 1) report('SUG-04', path, 'must recommend one suggestion at most')
}

function checkSuggestion(suggestion: Json, path: string, facts: CallFacts, report: Report): void {
  onlyMembers(suggestion, ['label', 'uuid', 'isRecommended', 'actions', 'extension'], 'SUG-09', path, report)
  requireText(suggestion.label, 'SUG-01', `${path}.label`, report)
  requireUuid(suggestion.uuid, 'SUG-02', `${path}.uuid`, report)
  if (suggestion.isRecommended !== undefined && typeof suggestion.isRecommended !== 'boolean')
    report('SUG-03', `${path}.isRecommended`, 'must be true or false')
  eachObject(suggestion.actions ?? [], 'SUG-05', `${path}.actions`, report, (action, at) => checkAction(action, at, facts, report))
}

function checkAction(action: Json, path: string, { patientId }: CallFacts, report: Report): void {
  onlyMembers(action, ['type', 'description', 'resource', 'resourceId', 'extension'], 'GEN-05', path, report)
  requireOneOf(action.type, ['create', 'update', 'delete'], 'ACT-01', `${path}.type`, report)
  requireText(action.description, 'ACT-02', `${path}.description`, report)
  if (action.type === 'delete') {
    if (typeof action.resourceId !== 'string' || !/^[A-Za-z]+\/[^/]+$/.test(action.resourceId))
      report('ACT-05', `${path}.resourceId`, 'must be Type/id')
    if (action.resource !== undefined) report('ACT-06', `${path}.resource`, 'must be absent when something is deleted')
    return
  }
  const { resource } = action
  if (!isObject(resource)) return report('ACT-03', `${path}.resource`, 'must be a resource')
  if (action.type === 'update' && typeof resource.id !== 'string') report('ACT-04', `${path}.resource.id`, 'is missing')
  for (const fault of faultsOfShape(resource)) report('ACT-07', `${path}.resource`, `${fault.path} ${fault.message}`)
  if (patientId !== undefined && !patientsOf(resource).includes(`Patient/${patientId}`))
    report('ACT-07', `${path}.resource`, 'must be about the patient of the context')
  if (patientId !== undefined && patientsOf(resource).some(reference => reference !== `Patient/${patientId}`))
    report('ACT-07', `${path}.resource`, 'must be about nobody else')
}

/** References to patients anywhere in a resource. */
function patientsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) =>
    name === 'reference' && typeof part === 'string' && part.startsWith('Patient/') ? [part] : patientsOf(part),
  )
}

function checkLink(link: Json, path: string, report: Report): void {
  onlyMembers(link, ['label', 'url', 'type', 'appContext', 'autolaunchable', 'extension'], 'GEN-05', path, report)
  requireText(link.label, 'LNK-01', `${path}.label`, report)
  requireUrl(link.url, 'LNK-02', `${path}.url`, report)
  requireOneOf(link.type, ['absolute', 'smart'], 'LNK-03', `${path}.type`, report)
  if (link.type === 'absolute' && link.appContext !== undefined) report('LNK-05', `${path}.appContext`, 'belongs to smart links only')
  if (link.autolaunchable !== undefined && typeof link.autolaunchable !== 'boolean')
    report('LNK-06', `${path}.autolaunchable`, 'must be true or false')
}

function checkExtension({ extension }: Json, path: string, report: Report): void {
  if (extension === undefined) return
  if (!isObject(extension)) return report('EXT-02', `${path}.extension`, 'must be an object')
  for (const name of Object.keys(extension)) {
    if (!/^[a-z]+(\.[a-z0-9-]+)+$/.test(name)) report('EXT-03', `${path}.extension.${name}`, 'must be named by a reversed domain')
  }
}

/** Finds null, empty strings, empty lists and empty objects anywhere but in `cards` of the response itself. */
function checkEmptiness(value: unknown, path: string, report: Report): void {
  if (value === null) return report('GEN-03', path, 'must not be null')
  if (value === '') return report('GEN-04', path, 'must not be an empty string')
  if (typeof value !== 'object') return
  const members = Object.entries(value as object)
  if (members.length === 0 && path !== 'response.cards') report('GEN-04', path, 'must not be empty')
  for (const [name, part] of members) checkEmptiness(part, `${path}.${name}`, report)
}

function onlyMembers(value: Json, allowed: readonly string[], rule: string, path: string, report: Report): void {
  for (const name of Object.keys(value))
    if (!allowed.includes(name)) report(rule, `${path}.${name}`, 'is not a member that CDS Hooks defines')
}

function eachObject(value: unknown, rule: string, path: string, report: Report, check: (item: Json, path: string) => void): void {
  if (!Array.isArray(value)) return report(rule, path, 'must be a list')
  value.forEach((item: unknown, index) => {
    if (isObject(item)) check(item, `${path}[${index}]`)
    else report(rule, `${path}[${index}]`, 'must be an object')
  })
}

function requireText(value: unknown, rule: string, path: string, report: Report): void {
  if (typeof value !== 'string' || value.trim() === '') report(rule, path, 'must be a text that is not blank')
}

function requireOneOf(value: unknown, allowed: readonly string[], rule: string, path: string, report: Report): void {
  if (typeof value !== 'string' || !allowed.includes(value)) report(rule, path, `must be one of ${allowed.join(', ')}`)
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

function requireUuid(value: unknown, rule: string, path: string, report: Report): void {
  if (typeof value !== 'string' || !UUID.test(value)) report(rule, path, 'must be a UUID')
}

function requireUrl(value: unknown, rule: string, path: string, report: Report): void {
  if (typeof value !== 'string' || !URL.canParse(value) || !['http:', 'https:'].includes(new URL(value).protocol))
    report(rule, path, 'must be an absolute URL')
}

const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
