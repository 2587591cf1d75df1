// What nobody can beat with Node: its own HTTP server, JSON.parse, and a fixed reply of the same size, nothing else.
import { createServer } from 'node:http'

async function answer(request, response) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  JSON.parse(Buffer.concat(chunks).toString())
  const bytes = Number(new URL(request.url, 'http://localhost').searchParams.get('bytes'))
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.end(JSON.stringify({ cards: 'x'.repeat(bytes) }))
}

const server = createServer((request, response) => void answer(request, response)).listen(Number(process.env.PORT), '127.0.0.1')
process.once('SIGTERM', () => server.close())
