import type { Request, Response } from 'express'
import type { FhirResource } from 'fhir/r4.js'
import type { Selection } from '../engine/apply/explain-plan.js'
import { callService } from '../calls/call-service.js'
import { parseFeedback } from '../cds-hooks/parse-feedback.js'
import { parseHookRequest } from '../cds-hooks/parse-hook-request.js'
import { CARD_EXTENSION, type UndecidedNote } from '../cds-hooks/types.js'
import { CdsError } from '../errors.js'
import type { CompiledPlan } from '../engine/knowledge/compiled.js'
import { CANONICAL_BASE } from '../engine/model/extensions.js'
import { explainCall } from '../calls/explain-call.js'
import { summariseCall } from '../calls/summarise-call.js'
import type { FeedbackEntry } from '../record/feedback-record.js'
import { describeService, type CdsService } from '../knowledge-files/services.js'
import { applyOperation } from '../calls/apply-operation.js'
import { sendPublic } from './caching.js'
import { arrivalOf, noteAnswer, noteService } from './call-log.js'
import { capabilityStatement } from './capability-statement.js'
import { languageOf, settleLanguage } from './language.js'
import { reasonsAgainst } from './readiness.js'
import type { ServerEnvironment } from './environment.js'

type Handler = (request: Request, response: Response, environment: ServerEnvironment) => void | Promise<void>

/** A path of the service and what it answers by method; any other method is 405. */
interface Route {
  path: string
  /** Whether what is asked and answered here is about nobody; elsewhere nobody on the way may keep it. */
  isAboutNobody?: true
  /** Whether answers are packed for clients that can unpack them. Cards are small and in a hurry. */
  isPacked?: true
  /** Whether only an operator asks for it. */
  isForOperators?: true
  methods: Readonly<Record<string, Handler>>
}

/** All paths of the service. */
export const ROUTES: readonly Route[] = [
  { path: '/', methods: { get: welcome } },
  { path: '/cds-services', isAboutNobody: true, isPacked: true, methods: { get: discover } },
  { path: '/cds-services/:id', methods: { post: call } },
  { path: '/cds-services/:id/feedback', methods: { post: feedback } },
  { path: '/cds-services/:id/$explain', isPacked: true, methods: { post: explain } },
  { path: '/fhir/metadata', isAboutNobody: true, isPacked: true, methods: { get: metadata } },
  { path: '/fhir/PlanDefinition/:id/$apply', methods: { post: apply } },
  { path: '/fhir/:type', isAboutNobody: true, isPacked: true, methods: { get: searchKnowledge } },
  { path: '/fhir/:type/:id', isAboutNobody: true, isPacked: true, methods: { get: readKnowledge } },
  { path: '/health/live', isAboutNobody: true, methods: { get: live } },
  { path: '/health/ready', isAboutNobody: true, methods: { get: ready } },
  { path: '/metrics', isForOperators: true, methods: { get: metrics } },
]

function welcome(_request: Request, response: Response, { services }: ServerEnvironment): void {
  response.json({
    name: 'Columna',
    description: 'CDS Hooks service for the Danish low-back-pain guidelines',
    discovery: '/cds-services',
    services: [...services.keys()].map(id => `/cds-services/${id}`),
    knowledge: '/fhir/metadata',
    health: '/health/ready',
  })
}

function discover(request: Request, response: Response, { services }: ServerEnvironment): void {
  const language = settleLanguage(request, response)
  sendPublic(response.type('application/json'), { services: [...services.values()].map(service => describeService(service, language)) })
}

async function call(request: Request, response: Response, environment: ServerEnvironment): Promise<void> {
  const service = serviceOf(request, response, environment)
  const hookRequest = parseHookRequest(request.body, service.hook)
  const answer = await callService(service, hookRequest, settleLanguage(request, response), environment, arrivalOf(response))
  for (const { indicator, source } of answer.cards) environment.metrics.countCard(service.id, indicator, source.topic?.code ?? '')
  const undecided = (answer.extension?.[CARD_EXTENSION.undecided] ?? []) as UndecidedNote[]
  for (const { plan, action, code } of undecided) environment.metrics.countUndecided(plan, action, code)
  noteAnswer(response, answer.cards.length, undecided)
  response.json(answer)
}

async function feedback(request: Request, response: Response, environment: ServerEnvironment): Promise<void> {
  const service = serviceOf(request, response, environment)
  const { overrideMemory } = environment
  const { feedback: entries, faults } = parseFeedback(request.body, card => overrideMemory.isOfAnotherService(card, service.id))
  const receivedAt = environment.now().toISOString()
  await keepFeedback(entries.map(entry => ({ service: service.id, receivedAt, feedback: entry })), environment)
  // Only after it was saved: a report that is lost must not silence anything.
  if (!overrideMemory.note(service.id, entries, receivedAt)) throw notKept()
  if (faults.length > 0) {
    throw new CdsError('CDS_FEEDBACK_INVALID', `${faults.length} fault(s) in the feedback; ${entries.length} entries were kept. Correct what is named and send it again.`, faults)
  }
  response.json({})
}

async function keepFeedback(entries: readonly FeedbackEntry[], { feedbackRecord }: ServerEnvironment): Promise<void> {
  try {
    await feedbackRecord.save(entries)
  } catch (error) {
    throw notKept(error)
  }
}

const notKept = (cause?: unknown): CdsError =>
  new CdsError('CDS_FEEDBACK_NOT_KEPT', 'There is no room for this feedback now. Send the request again later, as it is; what was kept already is kept once.', [], { cause })

async function explain(request: Request, response: Response, environment: ServerEnvironment): Promise<void> {
  if (!environment.explain) throw pathUnknown(request)
  const service = serviceOf(request, response, environment)
  const { view } = request.query
  if (view !== undefined && view !== 'summary') throw new CdsError('CDS_REQUEST_INVALID', 'Give `view` as summary, or leave it out.')
  const selection = selectionIn(request.query)
  const hookRequest = parseHookRequest(request.body, service.hook)
  const language = settleLanguage(request, response)
  response.json(view === 'summary' ? await summariseCall(service, hookRequest, language, environment, arrivalOf(response)) : await explainCall(service, hookRequest, language, environment, selection, arrivalOf(response)))
}

/** What is to be explained: all that applies, with `all` also what stands below the rest, with `action` one action. */
function selectionIn({ all, action }: Request['query']): Selection {
  if (action !== undefined && (typeof action !== 'string' || action === '')) throw new CdsError('CDS_REQUEST_INVALID', 'Give `action` once, as the id of an action of the service\'s plans.')
  return { isWhole: all !== undefined && all !== 'false', ...(action !== undefined && { only: action }) }
}

async function apply(request: Request, response: Response, environment: ServerEnvironment): Promise<void> {
  const plan = environment.knowledge.plan(parameter(request, 'id'))
  if (!plan || !environment.isServed(plan)) throw new CdsError('CDS_RESOURCE_UNKNOWN', 'There is no such PlanDefinition.')
  sendFhir(response, await applyOperation(plan, request.body, languageOf(request), environment, arrivalOf(response)))
}

function metadata(_request: Request, response: Response, { knowledge }: ServerEnvironment): void {
  sendKnowledge(response, capabilityStatement(knowledge))
}

function searchKnowledge(request: Request, response: Response, environment: ServerEnvironment): void {
  const type = parameter(request, 'type')
  const { url } = request.query
  const found = resourcesOf(type, environment).filter(resource => url === undefined || (resource as { url?: string }).url === url)
  const entry = found.map(resource => ({ fullUrl: (resource as { url?: string }).url ?? `${CANONICAL_BASE}/${type}/${resource.id}`, resource }))
  sendKnowledge(response, { resourceType: 'Bundle', type: 'searchset', total: found.length, ...(entry.length > 0 && { entry }) })
}

function readKnowledge(request: Request, response: Response, environment: ServerEnvironment): void {
  const id = parameter(request, 'id')
  const found = resourcesOf(parameter(request, 'type'), environment).find(resource => resource.id === id)
  if (!found) throw new CdsError('CDS_RESOURCE_UNKNOWN', 'There is no such resource in the knowledge.')
  sendKnowledge(response, found)
}

function resourcesOf(type: string, { knowledge }: ServerEnvironment): FhirResource[] {
  const found = knowledge.files.filter(({ resource }) => resource.resourceType === type).map(({ resource }) => resource)
  if (found.length === 0) throw new CdsError('CDS_RESOURCE_UNKNOWN', 'The knowledge holds no resources of this type.')
  return found
}

/** The process lives. */
export function live(_request: Request, response: Response): void {
  response.json({ status: 'live' })
}

/** Whether calls should be sent here; more than that only where operators have no port of their own. */
function ready(request: Request, response: Response, environment: ServerEnvironment): void {
  if (!environment.hasOperationsPort) {
    readyInDetail(request, response, environment)
    return
  }
  if (reasonsAgainst(environment.readiness, environment.services).length > 0) throw new CdsError('CDS_NOT_READY', 'The service takes no calls.')
  response.json({ status: 'ready' })
}

/** Whether calls should be sent here, what they find, or why they should not be sent. */
export function readyInDetail(_request: Request, response: Response, { services, knowledge, readiness }: ServerEnvironment): void {
  const reasons = reasonsAgainst(readiness, services)
  if (reasons.length > 0) throw new CdsError('CDS_NOT_READY', 'The service takes no calls.', reasons.map(reason => `It takes no calls: ${reason}.`))
  const isDraft = ({ resource }: CompiledPlan) => resource.status === 'draft'
  response.json({ status: 'ready', services: services.size, plans: knowledge.plans.length, draftPlans: knowledge.plans.filter(isDraft).length })
}

/** All figures, in Prometheus form. */
export async function metrics(_request: Request, response: Response, { metrics: figures }: ServerEnvironment): Promise<void> {
  response.type(figures.contentType).send(await figures.text())
}

function serviceOf(request: Request, response: Response, { services }: ServerEnvironment): CdsService {
  const service = services.get(parameter(request, 'id'))
  if (!service) throw new CdsError('CDS_SERVICE_UNKNOWN', 'There is no such CDS service. GET /cds-services lists the services.')
  noteService(response, service.id)
  return service
}

/** The error for a path that leads nowhere. */
export function pathUnknown(_request: Request): CdsError {
  return new CdsError('CDS_PATH_UNKNOWN', 'There is nothing at this path. GET / lists what there is.')
}

function sendKnowledge(response: Response, resource: object): void {
  sendPublic(response.type('application/fhir+json'), resource)
}

const parameter = (request: Request, name: string): string => String(request.params[name] ?? '')

function sendFhir(response: Response, resource: object): void {
  response.type('application/fhir+json').send(JSON.stringify(resource))
}
