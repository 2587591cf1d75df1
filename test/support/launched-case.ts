import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import type { Card } from '../../src/cds-hooks/types.js'
import { createApp } from '../../src/server/app.js'
import type { ServerOptions } from '../../src/server/environment.js'
import { lettingPeople } from '../../src/sign-in/let-in-people.js'
import { createSignIn } from '../../src/sign-in/sign-in.js'
import type { ListedServer } from '../../src/trust/listed-servers.js'
import { letInRegistered } from '../../src/trust/registered-clients.js'
import { buildTestApps } from './browser-apps.js'
import { listen } from './listen.js'
import { testEnvironment, TEST_NOW } from './service.js'
import { startStubEhr, type LaunchContext, type StubEhr } from './stub-smart.js'
import { makeKey, tokenFor } from './tokens.js'

const CLIENT = 'columna-case'

/** A service outside the demonstration beside an EHR that may call it and open the patient's page, whose cards link there. */
export interface LaunchedCase {
  url: string
  ehr: StubEhr
  /** What the EHR is answered, as a registered client. */
  cards: (service: string, hook: string, patientId: string) => Promise<readonly Card[]>
  /** Where the browser goes when a user follows a card's link, which the EHR launches. */
  follow: (card: Card, patient: string) => string
  /** Where it goes when the EHR opens the page by itself. */
  open: (context: LaunchContext) => string
  close: () => Promise<void>
}

/** Starts both. */
export async function startLaunchedCase(more: Partial<ServerOptions> = {}): Promise<LaunchedCase> {
  const apps = await buildTestApps()
  let handler: RequestListener = (_request, response) => void response.writeHead(503).end()
  const service = await listen((request, response) => handler(request, response))
  const ehr = await startStubEhr({ clientId: CLIENT, redirectUri: () => `${service.url}/case/`, clock: TEST_NOW })
  const listed: ListedServer = { url: ehr.base, smartClientId: CLIENT, tokenRequired: true }
  const key = await makeKey('ehr-key')
  const launchUrl = `${service.url}/case/launch`
  const clients = [
    {
      name: 'ehr',
      iss: 'urn:ehr',
      alg: ['ES384'],
      aud: [],
      origins: [],
      jwks: { keys: [key.publicKey] },
      fhirServers: [listed],
      smartLinks: [{ label: 'Hvorfor dette kort?', url: launchUrl }],
    },
  ]
  const publicUrl = service.url
  const signIn = createSignIn(
    { way: undefined, sessionKey: randomBytes(32).toString('base64'), services: undefined, isEveryPracticeShown: false, perMinute: 1_000 },
    { publicUrl },
  )
  const letIn = await letInRegistered(clients, { fhirServers: [], publicUrl, maxAge: 3_600, onForgotten: () => undefined })
  handler = createApp(
    testEnvironment({
      apps,
      publicUrl,
      signIn,
      letIn: lettingPeople(letIn, { signIn, fhirServers: [listed], areClientsRegistered: true }),
      registeredClients: 1,
      origins: [],
      serverEntries: [listed],
      fhirServers: [ehr.base],
      arePagesOpen: false,
      ...more,
    }),
  )
  return {
    url: service.url,
    ehr,
    open: context => ehr.launch(launchUrl, context),
    follow(card, patient) {
      const link = card.links?.find(({ type }) => type === 'smart')
      return ehr.launch(link?.url ?? '', { patient, ...(link?.appContext !== undefined && { appContext: link.appContext }) })
    },
    async cards(id, hook, patientId) {
      const path = `/cds-services/${id}`
      const answer = await fetch(`${service.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenFor(key, 'urn:ehr', `${publicUrl}${path}`)}` },
        body: JSON.stringify({
          hook,
          hookInstance: '8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b',
          fhirServer: ehr.base,
          fhirAuthorization: {
            access_token: ehr.accessToken(),
            token_type: 'Bearer',
            expires_in: 300,
            scope: 'patient/*.rs',
            subject: CLIENT,
          },
          context: { userId: 'Practitioner/COREPRACTITIONER1', patientId },
        }),
      })
      return ((await answer.json()) as { cards: Card[] }).cards
    },
    async close() {
      await Promise.all([service.close(), ehr.close()])
      apps.remove()
    },
  }
}
