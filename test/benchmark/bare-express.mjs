// The yardstick: Express parses the same request and returns a fixed reply of the same size. Sizes come in the query.
import express from 'express'

const app = express().disable('x-powered-by').disable('etag')
app.post('/', express.json({ limit: 100_000_000 }), (request, response) => {
  response.json({ cards: 'x'.repeat(Number(request.query.bytes ?? 0)) })
})
const server = app.listen(Number(process.env.PORT), '127.0.0.1')
process.once('SIGTERM', () => server.close())
