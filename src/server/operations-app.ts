import express, { type Express } from 'express'
import { noStore } from './caching.js'
import { errorHandler } from './error-reply.js'
import type { ServerEnvironment } from './environment.js'
import { live, metrics, pathUnknown, readyInDetail } from './routes.js'

/** What an operator asks, on a port of its own that clients do not reach: figures, and whether calls should be sent here and why not. */
export function createOperationsApp(environment: ServerEnvironment): Express {
  const app = express().disable('x-powered-by').disable('etag')
  app.use(noStore)
  app.get('/health/live', live)
  app.get('/health/ready', (request, response) => readyInDetail(request, response, environment))
  app.get('/metrics', (request, response) => metrics(request, response, environment))
  app.use(request => {
    throw pathUnknown(request)
  })
  app.use(errorHandler(environment.log, environment.metrics.countError))
  return app
}
