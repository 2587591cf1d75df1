import { isList, isMap, jsonText, type Written, type WrittenMap } from '../knowledge-source/index.js'
import { caseFileOf } from './new-cases.js'
import { CliError } from './cli-error.js'
import type { Found, KnowledgeAddition } from './knowledge-addition.js'
import { byLanguage, conditionIn, textIn, wordIn, WORDS } from './new-words.js'

/** What is said of a part; all else is chosen. */
export interface PartOptions {
  topic?: string
  plan?: string
  point?: string
  grade?: string
  source?: string
}

const VERSION = '1.0.0'
const POINTS = 'decision-point'

/** Adds a recommendation to a plan that a service applies, with its point, its condition and a case for each answer. */
export function addRecommendation(addition: KnowledgeAddition, id: string, options: PartOptions): void {
  const plan = planAsked(addition, options)
  const service = serviceOf(addition, plan.id)
  const action = actionOf(addition, id, service.hook, options)
  const facts = addFacts(addition, options.topic ?? topicOf(plan), id, wordsOf(plan.written.get('uses')))
  const actions = listed(plan.written.get('actions'))
  const there = actions.some(each => isMap(each) && each.get('id') === id)
  if (there) throw new CliError('COLUMNA_ID_TAKEN', `${id} is an action of the plan ${plan.id} already; nothing is written.`)
  const uses = [...listed(plan.written.get('uses')), facts]
  addition.extend('plans', plan, new Map([...plan.written, ['uses', uses], ['actions', [...actions, action]]]))
  addCases(addition, id, action, service.id)
}

/** Adds a plan with its first recommendation, and the service that applies it. */
export function addPlan(addition: KnowledgeAddition, id: string, options: PartOptions): void {
  const { languages } = addition.profile
  const hook = 'patient-view'
  const action = actionOf(addition, id, hook, options)
  const plan: [string, Written][] = [
    ['version', VERSION],
    ['title', textIn(WORDS.plan(id), languages)],
    ['about', textIn(WORDS.about(id), languages)],
    ['topic', cardTopic(addition)],
    ['uses', `${id}-facts`],
    ['actions', [action]],
  ]
  const topic = options.topic ?? id
  addition.add(topic, 'plans', id, new Map(plan))
  addFacts(addition, topic, id)
  writeService(addition, id, id, hook)
  addCases(addition, id, action, id)
}

/** Adds a service that applies a plan at the hook of its first action. */
export function addService(addition: KnowledgeAddition, id: string, options: PartOptions): void {
  const plan = planAsked(addition, options)
  const [hook] = listed(plan.written.get('actions')).flatMap(each => (isMap(each) ? wordsOf(each.get('on')) : []))
  if (hook === undefined) throw new CliError('COLUMNA_USAGE', `The plan ${plan.id} has no action with a hook: say at which under on.`)
  writeService(addition, id, plan.id, hook)
}

/** Adds a form with one question. */
export function addQuestionnaire(addition: KnowledgeAddition, id: string, { topic = id }: PartOptions): void {
  const { languages } = addition.profile
  const question: [string, Written][] = [
    ['type', 'boolean'],
    ['asks', textIn(WORDS.question, languages)],
  ]
  const form: [string, Written][] = [
    ['version', VERSION],
    ['title', textIn(WORDS.form(id), languages)],
    ['about', textIn(WORDS.aboutForm(id), languages)],
    ['items', new Map([['question', new Map(question)]])],
  ]
  addition.add(topic, 'forms', id, new Map(form))
}

/** An action with all that a recommendation says, of its decision point. */
function actionOf(addition: KnowledgeAddition, id: string, hook: string, options: PartOptions): WrittenMap {
  const { languages } = addition.profile
  const override = addition.find('value-sets', 'override-reason')
  const said: [string, Written][] = [
    ['id', id],
    ['point', pointOf(addition, id, options.point)],
    ['on', hook],
    ['priority', 'routine'],
    ['when', [conditionIn(WORDS.condition, languages, `%${factOf(id)}`)]],
    ['title', textIn(WORDS.title(id), languages)],
    ['says', textIn(WORDS.says, languages)],
    ['grade', oneOf([...addition.shared.grades.keys()], options.grade, 'grade')],
    ['source', oneOf(sectionsOf(addition), options.source, 'source')],
  ]
  return new Map(override ? [...said, ['override', override.id]] : said)
}

const sectionsOf = (addition: KnowledgeAddition): string[] =>
  addition.all('sources').flatMap(({ id, written }) => {
    const sections = written.get('sections')
    return isMap(sections) ? [...sections.keys()].map(section => `${id}#${section}`) : []
  })

/** What was asked for where it is known, else the first that is. @throws CliError COLUMNA_USAGE where there is none of either. */
function oneOf(known: readonly string[], asked: string | undefined, kind: string): string {
  const [first] = known
  if (first === undefined) throw new CliError('COLUMNA_USAGE', `The knowledge has no ${kind} yet, which a recommendation needs.`)
  if (asked !== undefined && !known.includes(asked))
    throw new CliError('COLUMNA_USAGE', `There is no ${kind} ${asked}; there are ${known.slice(0, 20).join(', ')}.`)
  return asked ?? first
}

/** The decision point that was asked for, or the next number; it is listed where it is not yet. */
function pointOf(addition: KnowledgeAddition, id: string, asked: string | undefined): string {
  const points = addition.find('code-systems', POINTS)
  const codes = points?.written.get('codes')
  if (!points || !isMap(codes))
    throw new CliError('COLUMNA_USAGE', `The knowledge has no code system ${POINTS}, whose codes are its decision points.`)
  const point = asked ?? nextPoint([...codes.keys()])
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(point))
    throw new CliError('COLUMNA_USAGE', `${point} is no decision point: use letters, digits and hyphens, a letter first.`)
  if (codes.has(point)) return point
  const words = textIn(WORDS.point(id), addition.profile.languages)
  addition.extend('code-systems', points, new Map([...points.written, ['codes', new Map([...codes, [point, words]])]]))
  return point
}

function nextPoint(codes: readonly string[]): string {
  const [, family = 'P-', number = '0'] = /^(.*?)(\d+)$/.exec(codes.at(-1) ?? '') ?? []
  for (let next = Number(number) + 1; ; next += 1) {
    const code = `${family}${String(next).padStart(number.length, '0')}`
    if (!codes.includes(code)) return code
  }
}

/** Facts of one recommendation, which read the patient by the library that does so already. @param uses libraries of its plan. */
function addFacts(addition: KnowledgeAddition, topic: string, id: string, uses: readonly string[] = []): string {
  const { languages } = addition.profile
  const reader = readerOfPatient(addition, uses)
  const fact = new Map([...byLanguage(WORDS.condition, languages), ['is', '%patient.birthDate <= today() - 100 years']])
  const patient: [string, Written][] = [
    ['type', 'Patient'],
    ['called', textIn({ en: 'the patient', da: 'patienten' }, languages)],
    ['essential', true],
  ]
  const library: [string, Written][] = [
    ['version', VERSION],
    ['title', textIn(WORDS.facts(id), languages)],
    ['about', textIn(WORDS.aboutFacts(id), languages)],
    reader ? ['uses', reader.id] : ['data', new Map([['patient', new Map(patient)]])],
    ['facts', new Map([[factOf(id), fact]])],
  ]
  addition.add(topic, 'facts', `${id}-facts`, new Map(library))
  return `${id}-facts`
}

/** The library by which a plan reads the patient, or else that of all which reads least beside. */
function readerOfPatient(addition: KnowledgeAddition, uses: readonly string[]): Found | undefined {
  const readers = addition.all('facts').filter(({ written }) => readsPatient(written))
  const used = new Set(uses)
  for (const id of used) for (const each of wordsOf(addition.find('facts', id)?.written.get('uses'))) used.add(each)
  const [least] = readers.toSorted((one, other) => dataCount(one) - dataCount(other))
  return readers.find(({ id }) => used.has(id)) ?? least
}

function dataCount({ written }: Found): number {
  const data = written.get('data')
  return isMap(data) ? data.size : 0
}

function readsPatient(library: WrittenMap): boolean {
  const data = library.get('data')
  return isMap(data) && [...data.values()].some(each => isMap(each) && each.get('type') === 'Patient')
}

/** `offer-training` is about whom `%isForOfferTraining` is true of. */
const factOf = (id: string): string => `isFor${id.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())}`

/** The family of cards that plans have already, else the first that there is. */
function cardTopic(addition: KnowledgeAddition): string {
  const codes = addition.find('code-systems', 'card-topic')?.written.get('codes')
  const [used] = addition.all('plans').flatMap(({ written }) => wordsOf(written.get('topic')))
  return oneOf(isMap(codes) ? [...codes.keys()] : [], used, 'topic of cards')
}

/** The plan that was asked for, or the only one there is. @throws CliError COLUMNA_USAGE that names those there are. */
function planAsked(addition: KnowledgeAddition, { plan, topic }: PartOptions): Found {
  const all = addition.all('plans')
  const among =
    plan === undefined ? all.filter(each => topic === undefined || topicOf(each) === topic) : all.filter(({ id }) => id === plan)
  const [found, ...more] = among
  if (found && more.length === 0) return found
  const names = (among.length > 0 ? among : all).map(({ id }) => id).join(', ')
  throw new CliError('COLUMNA_USAGE', `Say with --plan which plan is meant: ${names || 'there is none; say columna new plan <id>'}.`)
}

const topicOf = ({ file }: Found): string => /([^/]+)\.yaml$/.exec(file.file)?.[1] ?? ''

/** A service that applies a plan. @throws CliError COLUMNA_USAGE where none does. */
function serviceOf(addition: KnowledgeAddition, plan: string): { id: string; hook: string } {
  const canonical = canonicalOf(addition, plan)
  const services = addition.services.filter(({ apply = [] }) => apply.some(each => each.split('|')[0] === canonical))
  const [found] = [...services.filter(({ publish }) => publish?.hook === 'patient-view'), ...services]
  if (found?.id === undefined || found.publish?.hook === undefined)
    throw new CliError('COLUMNA_USAGE', `No service applies the plan ${plan}: say columna new service <id> --plan ${plan} first.`)
  return { id: found.id, hook: found.publish.hook }
}

const canonicalOf = ({ profile }: KnowledgeAddition, plan: string): string => `${profile.names.base}/PlanDefinition/${plan}`

function writeService(addition: KnowledgeAddition, id: string, plan: string, hook: string): void {
  const there = addition.services.some(service => service.id === id)
  if (there) throw new CliError('COLUMNA_ID_TAKEN', `There is a service ${id} already; nothing is written.`)
  const [usual, ...others] = addition.profile.languages
  const wordsIn = (language: string) => ({
    title: wordIn(WORDS.plan(id), language),
    description: wordIn(WORDS.about(id), language),
  })
  const translation = Object.fromEntries(others.map(language => [language, wordsIn(language)]))
  const service = {
    id,
    publish: { hook, ...wordsIn(usual), ...(others.length > 0 && { translation }) },
    apply: [canonicalOf(addition, plan)],
  }
  addition.writeBeside(`cds-services/${id}.json`, jsonText(service))
}

function addCases(addition: KnowledgeAddition, id: string, action: WrittenMap, service: string): void {
  const [point = ''] = wordsOf(action.get('point'))
  addition.writeBeside(`${addition.casePlace}/${point}/${id}.yaml`, caseFileOf(point, service))
}

/** What is written as one thing or a list of it, as a list. */
const listed = (written: Written | undefined): readonly Written[] =>
  written === undefined || written === null ? [] : isList(written) ? written : [written]

/** Words of a text or of a list of them. */
const wordsOf = (written: Written | undefined): string[] =>
  listed(written).flatMap(each => (typeof each === 'string' ? each.split(' ') : []))
