import { jest } from '@jest/globals'
import express from 'express'
import pino from 'pino'
import { errorHandler } from '../../src/server/error-reply.js'
import { createMetrics } from '../../src/server/metrics.js'
import { listen } from '../support/listen.js'
import { openConnection, rawRequest } from '../support/raw-connection.js'

test('a fault after half an answer ends the connection, and its words reach neither the client nor the console', async () => {
  const app = express()
  app.get('/', async (_request, response) => {
    response.set('content-length', '100').write('{"cards":[')
    await new Promise(resolve => setTimeout(resolve, 50))
    throw new Error('Anna Jensen 010180-1234')
  })
  app.use(errorHandler(pino({ level: 'silent' }), createMetrics()))
  // Express tells the console what reaches its own last handler, unless it knows that it is tested.
  app.set('env', 'development')
  const told = jest.spyOn(console, 'error').mockImplementation(() => undefined)
  const service = await listen(app)
  const connection = await openConnection(service.url)
  connection.write(rawRequest('GET', '/'))
  const text = await connection.closed
  await service.close()
  expect(text).toMatch(/^HTTP\/1.1 200 OK[\s\S]*\{"cards":\[$/)
  expect(told.mock.calls).toEqual([])
  told.mockRestore()
})
