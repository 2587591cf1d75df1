import compression from 'compression'
import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from 'express'
import { CdsError } from '../errors.js'
import { auditing } from './audit.js'
import { maybeStored, noStore } from './caching.js'
import { appPolicy, forPeople, showing, strictly } from './app-access.js'
import { noteRoute, observeRequests } from './call-log.js'
import { shedWhenLate } from './back-pressure.js'
import { allowOrigins } from './cors.js'
import type { ServerEnvironment, ServerOptions } from './environment.js'
import { errorHandler } from './error-reply.js'
import { confirming, confirmingLater, letting } from './let-in.js'
import { createMetrics } from './metrics.js'
import { APP_NAMES, APP_PATHS } from '../browser-apps/app-list.js'
import { createPages } from '../pages/pages.js'
import { PAGES_BEGIN } from '../pages/page-urls.js'
import { readJsonBody } from './read-body.js'
import { answering } from './reply.js'
import { pathUnknown, ROUTES } from './routes.js'
import { tracedHandler } from './traced-handler.js'
import { createUnfinishedBodies } from './unfinished-bodies.js'

/** Builds the HTTP side of the service: routes from a table, one place for errors, CORS on everything. */
export function createApp(options: ServerOptions, metrics = createMetrics()): Express {
  const pages = createPages(options.knowledge, options.services.values(), options.caseRecord)
  const environment: ServerEnvironment = { ...options, metrics, pages }
  options.knowledge.terminology.onNearMiss(metrics.countNearMiss)
  options.record.onForgotten(metrics.countForgotten)
  for (const [part, bytes] of Object.entries(options.record.bytes)) metrics.watchRecord(part, bytes)
  metrics.watchStore(options.record)
  metrics.watchWaiting(options.turns.waiting)
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(noStore)
  app.use(allowOrigins(options.isDemonstration, options.origins))
  app.use(observeRequests(options.log, environment.metrics))
  app.use(noSniffing)
  app.use([...PAGES_BEGIN, '/assets', '/favicon.ico'], strictly(PAGE_POLICY))
  app.get('/', strictly(PAGE_POLICY))
  app.use(APPS_BEGIN, strictly(appPolicy()))
  app.use(shedWhenLate(options.lateness))
  const { body, bodyInTime, bodyToExplain } = readJsonBody({
    limit: options.bodyLimit,
    turns: options.turns,
    lateness: options.lateness,
    unfinished: options.unfinished ?? createUnfinishedBodies(),
    readiness: options.readiness,
    deadlineMs: options.deadlineMs,
    explainDeadlineMs: options.explainDeadlineMs,
  })
  const whoCalls = letting(options.letIn)
  const [confirmed, confirmedLater] = [confirming(environment), confirmingLater(environment)]
  const pack = compression()
  for (const {
    path,
    methods,
    app: program,
    isForPeople,
    isForClients,
    isAboutNobody,
    isPacked,
    answersWithin,
    asksRecord,
    operation,
  } of options.hasOperationsPort ? ROUTES.filter(({ isForOperators }) => !isForOperators) : ROUTES) {
    // Of a route, `all` is one step; of the app it would be one for each method that HTTP knows.
    const route = app.route(path).all(named(path))
    if (isAboutNobody) route.all(maybeStored)
    if (isPacked) route.all(pack)
    const readBody = answersWithin === undefined ? body : answersWithin === 'call' ? bodyInTime : bodyToExplain
    const audit = auditing(operation, environment)
    for (const [method, handler] of Object.entries(methods)) {
      const steps: RequestHandler[] = [
        ...(program ? showing(program, options) : []),
        ...(isForPeople ? [forPeople(options)] : []),
        ...(isForClients ? [whoCalls] : []),
        ...(audit ? [audit] : []),
        ...(isForClients ? [asksRecord ? confirmedLater : confirmed] : []),
        ...(method === 'get' ? [] : readBody),
      ]
      const answer = options.tracing && method === 'post' ? tracedHandler(options.tracing, path, handler) : handler
      route[method as 'get' | 'post' | 'put'](...steps, answering(answer, environment))
    }
    route.all(methodNotAllowed(Object.keys(methods)))
  }
  app.use(() => {
    throw pathUnknown()
  })
  app.use(errorHandler(options.log, environment.metrics, pages))
  return app
}

/** Notes which route answers, so that logs and metrics hold its template and never the address itself. */
function named(path: string): RequestHandler {
  return (_request, response, next) => {
    noteRoute(response, path)
    next()
  }
}

function noSniffing(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('X-Content-Type-Options', 'nosniff')
  next()
}

/** Pages run no script and show nothing of other hosts. */
const PAGE_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"

/** Beginnings of the paths at which programs are. */
const APPS_BEGIN = [...new Set(APP_NAMES.map(app => `/${APP_PATHS[app].split('/')[1]}`))]

function methodNotAllowed(methods: readonly string[]): RequestHandler {
  const allow = [...methods.map(method => method.toUpperCase()), ...(methods.includes('get') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  return (_request, response) => {
    response.setHeader('Allow', allow)
    throw new CdsError('CDS_METHOD_NOT_ALLOWED', `This path answers ${allow}.`)
  }
}
