import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A connection on which a test writes what it likes, and reads what comes. */
export interface RawConnection {
  write: (text: string | Buffer) => void
  /** All that has come so far. */
  text: () => string
  /** Settles with all that came when the server has closed the connection. */
  closed: Promise<string>
  /** Settles when what came fits. */
  until: (pattern: RegExp) => Promise<string>
  destroy: () => void
}

/** Opens a connection to a server at `http://host:port`. */
export async function openConnection(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url)
  const socket: Socket = connect(Number(port), hostname)
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => (received += chunk))
  // A server that ends a connection on which something is still to come resets it.
  socket.on('error', () => undefined)
  const closed = new Promise<string>(resolve => socket.once('close', () => resolve(received)))
  await Promise.race([once(socket, 'connect'), closed])
  return {
    write: text => void socket.write(text),
    text: () => received,
    closed,
    until: async pattern => {
      while (!pattern.test(received))
        await Promise.race([
          once(socket, 'data'),
          closed.then(() => Promise.reject(new Error(`closed before ${pattern}: ${received.slice(0, 300)}`))),
        ])
      return received
    },
    destroy: () => void socket.destroy(),
  }
}

/** A request as it goes over the wire; a body is announced with its own length unless another is given. */
export function rawRequest(
  method: string,
  path: string,
  { body = '', length = Buffer.byteLength(body), headers = {} }: { body?: string; length?: number; headers?: Record<string, string> } = {},
): string {
  const all = {
    host: 'test',
    ...(method === 'POST' && { 'content-type': 'application/json', 'content-length': String(length) }),
    ...headers,
  }
  return `${method} ${path} HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}`
}
