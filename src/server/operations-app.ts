import express, { type Express } from 'express'
import { createPages } from '../pages/pages.js'
import { noStore } from './caching.js'
import { errorHandler } from './error-reply.js'
import type { ServerEnvironment } from './environment.js'
import { operatorOnly } from './operator-only.js'
import { answering } from './reply.js'
import { live, metrics, pathUnknown, readyInDetail, reload } from './routes.js'

/** What an operator asks, on a port of its own that clients do not reach: figures, whether calls should be sent here and why not, and, by a secret, that knowledge and clients are loaded anew. */
export function createOperationsApp(options: Omit<ServerEnvironment, 'pages'>): Express {
  const environment: ServerEnvironment = { ...options, pages: createPages(options.knowledge, []) }
  const app = express().disable('x-powered-by').disable('etag')
  app.use(noStore)
  for (const [path, handler] of Object.entries({ '/health/live': live, '/health/ready': readyInDetail, '/metrics': metrics }))
    app.get(path, answering(handler, environment))
  const { operationsKey } = environment
  if (operationsKey !== undefined) app.post('/reload', operatorOnly(operationsKey), answering(reload, environment))
  app.use(() => {
    throw pathUnknown()
  })
  app.use(errorHandler(environment.log, environment.metrics))
  return app
}
