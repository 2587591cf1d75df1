import express, { type NextFunction, type Request, type Response } from 'express'
import { createDemoFhirServer } from '../../src/demo/fhir-server.js'
import { demoPeople } from '../../src/demo/people.js'
import { listen, type Listening } from './listen.js'
import { TEST_NOW } from './service.js'

/** One request that reached the stub. */
export interface StubRequest {
  /** Path with its query. */
  path: string
  authorization: string | undefined
  method: string
}

/** An answer of the stub in place of the data it holds. */
export type StubAnswer = (request: Request, response: Response, next: NextFunction) => void

export interface StubFhirServer extends Listening {
  requests: StubRequest[]
  /** Most requests that were under way at one time. */
  mostAtOnce: () => number
  /** Requests under way now. */
  underWay: () => number
}

let demo: ReturnType<typeof createDemoFhirServer> | undefined

/** The synthetic people, laid out once: who reads through a stub changes nothing. */
const demoServer = () => (demo ??= createDemoFhirServer({ resources: demoPeople(TEST_NOW), now: () => TEST_NOW }))

/**
 * A FHIR server on a port of its own that holds the synthetic people and notes who asked what. `answers` replaces
 * what it says to a path that begins with the key, such as `/Encounter`; `delayMs` makes it slow; `base` is the path
 * below which its data lies.
 */
export async function startStubFhirServer(
  answers: Readonly<Record<string, StubAnswer>> = {},
  { delayMs = 0, base = '/' } = {},
): Promise<StubFhirServer> {
  const requests: StubRequest[] = []
  let underWay = 0
  let most = 0
  const app = express()
  app.use((request, response, next) => {
    requests.push({ path: request.originalUrl, authorization: request.headers.authorization, method: request.method })
    underWay += 1
    most = Math.max(most, underWay)
    response.on('close', () => (underWay -= 1))
    if (delayMs > 0) setTimeout(next, delayMs)
    else next()
  })
  for (const [path, answer] of Object.entries(answers)) app.use(path, answer)
  app.use(base, demoServer())
  const listening = await listenAnew(app)
  return { ...listening, requests, mostAtOnce: () => most, underWay: () => underWay }
}

/** Ports that stubs of this process have had. */
const hadBefore = new Set<string>()

/** Listens where no stub did before: to a reader, a server at the address of one that failed is that server, which it may leave alone. */
async function listenAnew(app: express.Express): Promise<Listening> {
  const listening = await listen(app)
  if (!hadBefore.has(listening.url)) {
    hadBefore.add(listening.url)
    return listening
  }
  // Held meanwhile, so that another is given.
  try {
    return await listenAnew(app)
  } finally {
    await listening.close()
  }
}

/** An answer that never comes. */
export const hangs: StubAnswer = () => undefined

/** An answer that only has a status. */
export const answersStatus =
  (status: number): StubAnswer =>
  (_request, response) =>
    void response.status(status).end()

/** An answer with a JSON body. */
export const answersJson =
  (body: unknown): StubAnswer =>
  (_request, response) =>
    void response.json(body)
