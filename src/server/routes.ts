import { measureOperation } from '../calls/evaluate-measure.js'
import { applyActivityOperation, applyOperation } from '../calls/apply-operation.js'
import { callService } from '../calls/call-service.js'
import { explainCall } from '../calls/explain-call.js'
import { openQuestions } from '../calls/open-questions.js'
import { recordFeedback } from '../calls/record-feedback.js'
import type { Operation } from '../calls/environment.js'
import { summariseCall } from '../calls/summarise-call.js'
import { tryCall } from '../calls/try-call.js'
import { parseHookRequest } from '../cds-hooks/parse-hook-request.js'
import type { Selection } from '../engine/apply/explain-plan.js'
import type { CompiledPlan } from '../engine/knowledge/compiled.js'
import { CdsError } from '../errors.js'
import type { CaseRecord } from '../knowledge-files/case-record.js'
import type { KnowledgeFindings } from '../knowledge-files/knowledge-faults.js'
import { describeService, type CdsService } from '../knowledge-files/services.js'
import { APP_NAMES, APP_PATHS, type AppName } from '../browser-apps/app-list.js'
import type { Person } from '../sign-in/person.js'
import { clockAt } from '../engine/expression/clock.js'
import { explaining, requireOwnClock } from './asked-clock.js'
import { assetNamed, ICON_FILE, searchIn } from '../pages/pages.js'
import { PAGE_PATHS } from '../pages/page-urls.js'
import { defined } from '../plain-values/defined.js'
import { openApiDocument } from './openapi/document.js'
import type { ReloadState, ServerEnvironment } from './environment.js'
import { dataRequirements, metadata, readKnowledge, searchKnowledge } from './knowledge-api.js'
import { qualityCsv, qualityReport } from './quality-routes.js'
import { reasonsAgainst } from './readiness.js'
import { beginFromEhr, beginSignIn, endSession, finishSignIn, launchSettings } from './sign-in-routes.js'
import { SIGN_IN_PATHS } from './sign-in-paths.js'
import { fhir, html, json, type Asked, type Handler, type Reply } from './reply.js'

/** A path of the service and what it answers by method; any other method is 405. */
interface Route {
  path: string
  /** Whether what is asked and answered here is about nobody; elsewhere nobody on the way may keep it. */
  isAboutNobody?: true
  /** Whether answers are packed for clients that can unpack them. Cards are small and in a hurry. */
  isPacked?: true
  /** Within whose time it answers, where an answer is of no use later; what is only told to the service is kept all the same. */
  answersWithin?: 'call' | 'explanation'
  /** Whether only a client that was let in is answered. */
  isForClients?: true
  /** What is asked of a patient here, of which an auditor is told. */
  operation?: Operation
  /** Whether its handler asks the record about the client's token, with what else it asks there. */
  asksRecord?: true
  /** The program of which it is the page, which is shown to whom that is for. */
  app?: AppName
  /** Whether it is shown to people who signed in, and in the demonstration to anybody. */
  isForPeople?: true
  /** Whether only an operator asks for it. */
  isForOperators?: true
  methods: Readonly<Record<string, Handler>>
}

/** All paths of the service. */
export const ROUTES: readonly Route[] = [
  { path: '/', isPacked: true, methods: { get: welcome } },
  { path: '/cds-services', isForClients: true, isAboutNobody: true, isPacked: true, methods: { get: discover } },
  {
    path: '/cds-services/:id',
    operation: 'call',
    isForClients: true,
    asksRecord: true,
    answersWithin: 'call',
    methods: { post: call },
  },
  { path: '/cds-services/:id/feedback', operation: 'feedback', isForClients: true, methods: { post: feedback } },
  {
    path: '/cds-services/:id/$explain',
    operation: 'explain',
    isForClients: true,
    asksRecord: true,
    answersWithin: 'explanation',
    isPacked: true,
    methods: { post: explain },
  },
  {
    path: '/cds-services/:id/$questions',
    operation: 'questions',
    isForClients: true,
    asksRecord: true,
    answersWithin: 'explanation',
    isPacked: true,
    methods: { post: questions },
  },
  { path: '/fhir/metadata', isAboutNobody: true, isPacked: true, methods: { get: metadata } },
  { path: '/fhir/PlanDefinition/:id/$apply', operation: 'apply', isForClients: true, answersWithin: 'call', methods: { post: apply } },
  {
    path: '/fhir/ActivityDefinition/:id/$apply',
    operation: 'apply',
    isForClients: true,
    answersWithin: 'call',
    methods: { post: applyActivity },
  },
  {
    path: '/fhir/Measure/:id/$evaluate-measure',
    operation: 'apply',
    isForClients: true,
    answersWithin: 'explanation',
    methods: { post: evaluateMeasure },
  },
  { path: '/fhir/:type', isAboutNobody: true, isPacked: true, methods: { get: searchKnowledge } },
  { path: '/fhir/:type/:id/$data-requirements', isAboutNobody: true, isPacked: true, methods: { get: dataRequirements } },
  { path: '/fhir/:type/:id', isAboutNobody: true, isPacked: true, methods: { get: readKnowledge } },
  { path: PAGE_PATHS.index, isAboutNobody: true, isPacked: true, methods: { get: guidelines } },
  { path: PAGE_PATHS.review, isAboutNobody: true, isPacked: true, methods: { get: review } },
  { path: PAGE_PATHS.point, isAboutNobody: true, methods: { get: decisionPoint } },
  { path: PAGE_PATHS.recommendation, isAboutNobody: true, isPacked: true, methods: { get: recommendation } },
  { path: PAGE_PATHS.leaflet, isAboutNobody: true, isPacked: true, methods: { get: leaflet } },
  { path: PAGE_PATHS.quality, isForPeople: true, isPacked: true, methods: { get: qualityReport } },
  { path: PAGE_PATHS.qualityCsv, isForPeople: true, isPacked: true, methods: { get: qualityCsv } },
  ...APP_NAMES.map((app): Route => ({ path: APP_PATHS[app], app, isPacked: true, methods: { get: appPage(app) } })),
  { path: '/case/launch', app: 'case', isPacked: true, methods: { get: appPage('case') } },
  { path: SIGN_IN_PATHS.launch, methods: { get: launchSettings } },
  { path: SIGN_IN_PATHS.fromEhr, methods: { post: beginFromEhr } },
  { path: SIGN_IN_PATHS.begin, methods: { get: beginSignIn } },
  { path: SIGN_IN_PATHS.finish, methods: { get: finishSignIn } },
  { path: SIGN_IN_PATHS.end, methods: { post: endSession } },
  { path: '/start-back/wording', isAboutNobody: true, isPacked: true, methods: { get: patientWording } },
  { path: '/start-back/links', isForClients: true, methods: { post: openLink } },
  { path: '/start-back/links/:id', methods: { get: findLink, put: answerLink } },
  { path: '/start-back/links/:id/collect', isForClients: true, methods: { post: collectLink } },
  { path: '/start-back/links/:id/forget', isForClients: true, methods: { post: forgetLink } },
  { path: '/page-settings', methods: { get: pageSettings } },
  { path: '/favicon.ico', isAboutNobody: true, isPacked: true, methods: { get: favicon } },
  { path: '/assets/:name', isAboutNobody: true, isPacked: true, methods: { get: asset } },
  { path: '/openapi.json', isAboutNobody: true, isPacked: true, methods: { get: openApi } },
  { path: '/health/live', isAboutNobody: true, methods: { get: live } },
  { path: '/health/ready', isAboutNobody: true, methods: { get: ready } },
  { path: '/metrics', isForOperators: true, methods: { get: metrics } },
]

function welcome(asked: Asked, environment: ServerEnvironment): Reply {
  const { services, about } = environment
  if (asked.isAskedByPerson('json')) return front(asked, environment)
  return json({
    name: 'Columna',
    description: about === undefined ? 'CDS Hooks service' : `CDS Hooks service for ${about}`,
    discovery: '/cds-services',
    services: [...services.keys()].map(id => `/cds-services/${id}`),
    knowledge: '/fhir/metadata',
    health: '/health/ready',
    api: '/openapi.json',
  })
}

function front(asked: Asked, { pages, about, tour, apps, demonstrationFhirServer }: ServerEnvironment): Reply {
  const language = pages.languageOf(asked.query.lang)
  const view = { ...defined({ about, tour, fhirServer: demonstrationFhirServer }), hasApps: apps.filesOf('workbench') !== undefined }
  return html(pages.front(view, language), language)
}

function discover(asked: Asked, { services, knowledge }: ServerEnvironment): Reply {
  const language = asked.language()
  const offered = [...services.values()].filter(({ id }) => mayCall(asked, id))
  const inShadow = { extension: { [knowledge.profile.names.card.shadow]: true } }
  const described = offered.map(service => ({
    ...describeService(service, language),
    ...(asked.caller?.isInShadow?.(service.id) && inShadow),
  }))
  return json({ services: described }, isRegistered(asked) ? {} : { isPublic: true })
}

async function call(asked: Asked, environment: ServerEnvironment): Promise<Reply> {
  requireOwnClock(asked)
  const service = serviceOf(asked, environment)
  const hookRequest = parseHookRequest(asked.body, service.hook)
  const { response, undecided, shadowCards, record, recordShown } = await callService(
    service,
    hookRequest,
    asked.language(),
    environment,
    asked,
  )
  asked.noteAnswer(response.cards.length, undecided, shadowCards)
  return json(response, { afterwards: record, onceSent: recordShown })
}

async function feedback(asked: Asked, environment: ServerEnvironment): Promise<Reply> {
  const cards = await recordFeedback(serviceOf(asked, environment).id, asked.body, environment, asked.caller)
  asked.noteCall(() => ({ cards, ...defined({ client: asked.caller?.nameIn({}) }) }))
  return json({})
}

async function explain(asked: Asked, environment: ServerEnvironment): Promise<Reply> {
  const { view } = asked.query
  // The cards tell nothing that a call does not.
  if (!environment.explain && view !== 'cards') throw pathUnknown()
  const service = serviceOf(asked, environment)
  if (view !== undefined && view !== 'summary' && view !== 'cards')
    throw new CdsError('CDS_REQUEST_INVALID', 'Give `view` as summary or cards, or leave it out.')
  const options = selectionIn(asked.query)
  const hookRequest = parseHookRequest(asked.body, service.hook)
  const language = asked.language()
  if (view === 'cards') return json(await tryCall(service, hookRequest, language, explaining(asked, environment), asked))
  if (view !== 'summary') return json(await explainCall(service, hookRequest, language, explaining(asked, environment), options, asked))
  // A dry run has the time and the clock of the call that it tries.
  requireOwnClock(asked)
  return json(await summariseCall(service, hookRequest, language, environment, asked))
}

async function questions(asked: Asked, environment: ServerEnvironment): Promise<Reply> {
  if (!environment.explain) throw pathUnknown()
  const service = serviceOf(asked, environment)
  const hookRequest = parseHookRequest(asked.body, service.hook)
  return json(await openQuestions(service, hookRequest, asked.language(), explaining(asked, environment), asked))
}

/** What is to be explained: what applies, with `all` also what stands below the rest and behind facts, with `action` one action. */
function selectionIn({ all, action }: Asked['query']): Selection {
  if (action !== undefined && (typeof action !== 'string' || action === ''))
    throw new CdsError('CDS_REQUEST_INVALID', "Give `action` once, as the id of an action of the service's plans.")
  return { isWhole: all !== undefined && all !== 'false', ...(action !== undefined && { only: action }) }
}

async function apply(asked: Asked, environment: ServerEnvironment): Promise<Reply> {
  const plan = environment.knowledge.plan(asked.parameter('id'))
  if (!plan || !isServedTo(asked, plan, environment)) throw new CdsError('CDS_RESOURCE_UNKNOWN', 'There is no such PlanDefinition.')
  return fhir(await applyOperation(plan, asked.body, asked.preferredLanguage(), environment, asked))
}

async function applyActivity(asked: Asked, environment: ServerEnvironment): Promise<Reply> {
  const applicable = environment.knowledge
    .activity(asked.parameter('id'))
    .find(({ plan }) => (plan === undefined ? asked.caller?.services === undefined : isServedTo(asked, plan, environment)))
  if (!applicable) throw new CdsError('CDS_RESOURCE_UNKNOWN', 'There is no such ActivityDefinition.')
  return fhir(await applyActivityOperation(applicable, asked.body, asked.preferredLanguage(), environment, asked))
}

async function evaluateMeasure(asked: Asked, environment: ServerEnvironment): Promise<Reply> {
  const measure = environment.knowledge.measure(asked.parameter('id'))
  // A client that may call some services may not look beyond them.
  if (!measure || asked.caller?.services !== undefined) throw new CdsError('CDS_RESOURCE_UNKNOWN', 'There is no such Measure.')
  return fhir(await measureOperation(measure, asked.body, asked.preferredLanguage(), explaining(asked, environment), asked))
}

/** The list of pages: for people, and as data for programs. */
function guidelines(asked: Asked, { pages }: ServerEnvironment): Reply {
  const language = pages.languageOf(asked.query.lang)
  const view = { by: asked.query.by === 'hook' ? ('hook' as const) : ('document' as const), search: searchIn(asked.query.q) }
  if (asked.isAskedByPerson()) return html(pages.index(view, language), language)
  return { ...json(pages.list(view, language), { isPublic: true }), language }
}

function recommendation(asked: Asked, { pages }: ServerEnvironment): Reply {
  const language = pages.languageOf(asked.query.lang)
  const found = pages.recommendation(asked.parameter('plan'), asked.parameter('action'), language)
  return 'html' in found ? html(found.html, language) : seeOther(pages.inLanguage(found.path, language))
}

/** What stands behind the knowledge: its cases and what its check warns of. */
export interface Review {
  /** What the clinical cases answered when they were last run, where that was recorded. */
  record?: CaseRecord
  /** What is left undone of knowledge that is sound enough to be served. */
  warnings: Readonly<KnowledgeFindings['warnings']>
}

function review(asked: Asked, { pages, caseRecord, warnings = [] }: ServerEnvironment): Reply {
  const language = pages.languageOf(asked.query.lang)
  if (!asked.isAskedByPerson()) {
    const told: Review = { ...defined({ record: caseRecord }), warnings }
    return json(told, { isPublic: true })
  }
  return html(pages.review(language), language)
}

function leaflet(asked: Asked, { pages }: ServerEnvironment): Reply {
  const language = pages.languageOf(asked.query.lang)
  return html(pages.leaflet(asked.parameter('id'), language), language)
}

function decisionPoint(asked: Asked, { pages }: ServerEnvironment): Reply {
  return seeOther(pages.inLanguage(pages.pathOfPoint(asked.parameter('id')), pages.languageOf(asked.query.lang)))
}

const seeOther = (path: string): Reply => ({ type: 'text/plain', body: '', seeOther: path })

function appPage(app: AppName): Handler {
  return (asked, { apps, pages }) => {
    const files = apps.filesOf(app)
    if (!files) throw pathUnknown()
    const language = pages.languageOf(asked.query.lang)
    return { type: 'text/html', body: pages.app(app, files, language), language }
  }
}

/** The form for patients; null where the site has installed no wording. */
function patientWording(_asked: Asked, { patientForm }: ServerEnvironment): Reply {
  return json({ form: patientForm ?? null }, { isPublic: true })
}

async function openLink(_asked: Asked, { links }: ServerEnvironment): Promise<Reply> {
  return json(await links.open())
}

async function findLink(asked: Asked, { links }: ServerEnvironment): Promise<Reply> {
  return json(await links.find(asked.parameter('id'), asked.head.address))
}

async function answerLink(asked: Asked, { links }: ServerEnvironment): Promise<Reply> {
  await links.answer(asked.parameter('id'), asked.body, asked.head.address)
  return json({})
}

async function collectLink(asked: Asked, { links }: ServerEnvironment): Promise<Reply> {
  return json(await links.collect(asked.parameter('id'), asked.body, asked.head.address))
}

async function forgetLink(asked: Asked, { links }: ServerEnvironment): Promise<Reply> {
  await links.forget(asked.parameter('id'), asked.body, asked.head.address)
  return json({})
}

/** What a page that runs here goes by. */
export interface PageSettings {
  /** Languages of the knowledge, the usual one first. */
  languages: readonly string[]
  clock: { now: string; today: string; timeZone: string; isFrozen: boolean }
  /** Base URLs of the FHIR servers that a page may read, whose port may be `*`. */
  fhirServers: readonly string[]
  /** Only where the patients are invented. */
  demonstration?: { fhirServer: string }
  /** Whether it may ask why. */
  explain: boolean
  /** Who is signed in, whom nobody else has the id of, and who they are at a FHIR server: `Practitioner/id`, or with the server's base before it. */
  user?: { id: string; name?: string; fhirUser?: string }
}

async function pageSettings(asked: Asked, environment: ServerEnvironment): Promise<Reply> {
  const { knowledge, now, timeZone, isClockFrozen, demonstrationFhirServer, explain, signIn } = environment
  const session = await signIn?.sessionOf(asked.head)
  const settings: PageSettings = {
    languages: knowledge.profile.languages,
    clock: { ...clockAt(now(), timeZone), isFrozen: isClockFrozen === true },
    fhirServers: serversFor(session?.person, environment),
    ...(demonstrationFhirServer !== undefined && { demonstration: { fhirServer: demonstrationFhirServer } }),
    explain,
    ...(session && { user: { id: session.person.user, ...defined({ name: session.person.name, fhirUser: session.person.fhirUser }) } }),
  }
  return { ...json(settings), ...(session?.cookie !== undefined && { cookies: [session.cookie] }) }
}

/** FHIR servers that a page may read: where people sign in, a stranger learns of none, and who came from an EHR of that EHR's own. */
function serversFor(person: Person | undefined, { fhirServers, arePagesOpen }: ServerEnvironment): readonly string[] {
  if (person?.fhirServer !== undefined) return [person.fhirServer]
  return arePagesOpen || person ? fhirServers : []
}

function asset(asked: Asked, { apps }: ServerEnvironment): Reply {
  const name = asked.parameter('name')
  const found = assetNamed(name) ?? apps.asset(name)
  if (!found) throw pathUnknown()
  return { type: found.type, body: found.text, isForEver: true }
}

/** The icon for whoever asks where browsers ask of themselves, as for the JSON of a call. */
function favicon(): Reply {
  return { ...ICON_FILE, isPublic: true }
}

/** All that is here, for programs. */
function openApi(): Reply {
  return json(openApiDocument(), { isPublic: true })
}

/** The process lives. */
export function live(): Reply {
  return json({ status: 'live' })
}

/** Whether calls should be sent here; more than that only where operators have no port of their own. */
function ready(asked: Asked, environment: ServerEnvironment): Reply {
  if (!environment.hasOperationsPort) return readyInDetail(asked, environment)
  if (reasonsAgainst(environment).length > 0) throw new CdsError('CDS_NOT_READY', 'The service takes no calls.')
  return json({ status: 'ready' })
}

/** Whether calls should be sent here, what they find, or why they should not be sent. */
export function readyInDetail(_asked: Asked, environment: ServerEnvironment): Reply {
  const { services, knowledge, digest, record, registeredClients, inShadow = [], reloading } = environment
  const reasons = reasonsAgainst(environment)
  if (reasons.length > 0)
    throw new CdsError(
      'CDS_NOT_READY',
      'The service takes no calls.',
      reasons.map(reason => `It takes no calls: ${reason}.`),
    )
  const isDraft = ({ resource }: CompiledPlan) => resource.status === 'draft'
  return json({
    status: 'ready',
    services: services.size,
    plans: knowledge.plans.length,
    draftPlans: knowledge.plans.filter(isDraft).length,
    ...(reloading && { knowledge: digest, ...toldOf(reloading.state()) }),
    clients: registeredClients ?? 'anybody',
    ...(inShadow.length > 0 && { clientsInShadow: inShadow.length }),
    ...(record.fault() !== undefined && { store: 'down' }),
    ...(record.fault() !== undefined && registeredClients !== undefined && { tokens: 'checked by this process alone' }),
  })
}

const toldOf = ({ loadedAt, refusedAt }: ReloadState) => ({ loadedAt, ...(refusedAt && { reloadRefusedAt: refusedAt }) })

/** Loads knowledge and clients anew, for an operator. */
export async function reload(_asked: Asked, { reloading }: ServerEnvironment): Promise<Reply> {
  if (!reloading) throw pathUnknown()
  return json(await reloading.reload())
}

/** All figures, in Prometheus form. */
export async function metrics(_asked: Asked, { metrics: figures }: ServerEnvironment): Promise<Reply> {
  return { type: figures.contentType, body: await figures.text() }
}

function serviceOf(asked: Asked, { services }: ServerEnvironment): CdsService {
  const service = services.get(asked.parameter('id'))
  if (!service || !mayCall(asked, service.id))
    throw new CdsError('CDS_SERVICE_UNKNOWN', 'There is no such CDS service. GET /cds-services lists the services.')
  asked.noteService(service.id)
  return service
}

const isRegistered = ({ caller }: Asked): boolean => caller?.name !== undefined

const mayCall = ({ caller }: Asked, service: string): boolean => caller?.services?.has(service) ?? true

/** Whether a client is served a plan: whoever may not call every service has the plans of its own alone. */
function isServedTo({ caller }: Asked, plan: CompiledPlan, { isServed, services }: ServerEnvironment): boolean {
  const own = caller?.services
  return isServed(plan) && (!own || [...own].some(id => services.get(id)?.plans.includes(plan)))
}

/** The error for a path that leads nowhere. */
export function pathUnknown(): CdsError {
  return new CdsError('CDS_PATH_UNKNOWN', 'There is nothing at this path. GET / lists what there is.')
}
