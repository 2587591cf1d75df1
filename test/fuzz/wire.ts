import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import type { FuzzCall } from './fuzz-call.js'

/** What came back; status 0 where the caller hung up or the connection ended without an answer. */
export interface WireAnswer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: string
}

/** A caller's longest patience. */
const PATIENCE_MS = 20_000

const NO_ANSWER: WireAnswer = { status: 0, headers: {}, body: '' }

/** Sends requests to one port, over connections that are kept. */
export interface Wire {
  send: (call: FuzzCall) => Promise<WireAnswer>
  close: () => void
}

/** Opens a wire to a loopback port. @param signed what is done to each request before it is sent, and before it is sent again. */
export function openWire(port: number, signed: (call: FuzzCall) => FuzzCall | Promise<FuzzCall> = call => call): Wire {
  const agent = new Agent({ keepAlive: true })
  const sendOnce = async (unsigned: FuzzCall) => {
    const call = await signed(unsigned)
    return call.raw === undefined ? sendRequest(call, port, agent) : sendRaw(call.raw, port)
  }
  return {
    // A kept connection may end just when it is used again; a second failure is the service's own.
    send: async call =>
      sendOnce(call)
        .catch(() => sendOnce(call))
        .catch(() => NO_ANSWER),
    close: () => agent.destroy(),
  }
}

function sendRequest({ method, target, headers, body, hangsUpAt }: FuzzCall, port: number, agent: Agent): Promise<WireAnswer> {
  const bytes = Buffer.from(body, 'latin1')
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        agent,
        method,
        path: target,
        headers: { ...headers, ...(bytes.length > 0 && { 'content-length': bytes.length }) },
      },
      incoming => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString('utf8') }),
        )
      },
    )
    outgoing.setTimeout(PATIENCE_MS, () => outgoing.destroy(new Error('no answer in time')))
    outgoing.on('error', error => (hangsUpAt === undefined ? reject(error) : resolve(NO_ANSWER)))
    outgoing.on('close', () => resolve(NO_ANSWER))
    if (hangsUpAt === undefined) outgoing.end(bytes)
    else outgoing.write(bytes.subarray(0, Math.ceil(hangsUpAt * bytes.length)), () => outgoing.destroy())
  })
}

/** Sends bytes, ends its side, and takes the first answer apart. */
function sendRaw(raw: string, port: number): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true }, () => socket.end(Buffer.from(raw, 'latin1')))
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer in time')))
    socket.on('data', chunk => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(firstAnswer(Buffer.concat(chunks).toString('utf8'))))
  })
}

function firstAnswer(received: string): WireAnswer {
  // An answer that only says to go on is none.
  const text = received.replace(/^(HTTP\/1\.1 1\d\d [^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n)+/, '')
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0)
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const headers = Object.fromEntries(
    head
      .split('\r\n')
      .slice(1)
      .map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  // Bytes that look like a second request have an answer of their own behind the first.
  const body = Buffer.from(rest.join('\r\n\r\n'))
    .subarray(0, Number(headers['content-length'] ?? Number.POSITIVE_INFINITY))
    .toString('utf8')
  return { status, headers, body }
}
