// Starts the built service with its demonstration data, calls each service once, and stops it as an operator would.
//   npm run smoke [path of a node to run the service with]
import { request } from 'undici'
import { hookCall, SERVICES, type ServiceId } from '../support/hook-requests.js'
import { startWatchedService, type WatchedService } from '../support/watched-service.js'

/** Whom each service is asked about, and the decision point that its first card speaks for. */
const EXPECTED: Readonly<Record<ServiceId, readonly [person: string, headline: string]>> = {
  'low-back-pain-encounter-start': ['start-back-high', 'RN-21'],
  'low-back-pain-order-select': ['recent-pain', 'LBP-10'],
  'low-back-pain-order-sign': ['recent-pain', 'LBP-10'],
  'low-back-pain-patient-view': ['red-flag-cauda-equina', 'RN-151'],
  'start-back-risk': ['start-back-high', 'RN-32'],
}

/** Far more than a call needs, so that a busy machine is no fault. */
const DEADLINE_MS = '20000'

interface Answer {
  cards: { extension?: Record<string, string[]> }[]
}

async function headline({ port, fhirServer }: WatchedService, id: ServiceId, person: string): Promise<string> {
  const { statusCode, body } = await request(`http://127.0.0.1:${port}/cds-services/${id}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...hookCall(person, id), fhirServer }),
  })
  const text = await body.text()
  if (statusCode !== 200) return `status ${statusCode}: ${text}`
  return (JSON.parse(text) as Answer).cards[0]?.extension?.['org.columna.decision-points']?.[0] ?? 'no card'
}

async function main(node: string): Promise<string[]> {
  const service = await startWatchedService({ node, environment: { CDS_DEADLINE_MS: DEADLINE_MS } })
  const faults: string[] = []
  for (const id of SERVICES) {
    const [person, expected] = EXPECTED[id]
    const spoken = await headline(service, id, person)
    if (spoken !== expected) faults.push(`${id} for ${person}: expected ${expected}, got ${spoken}`)
  }
  const { code, signal } = await service.stop()
  if (code !== 0) faults.push(`SIGTERM ended it with code ${code}, signal ${signal}`)
  return faults
}

const [, , node = process.execPath] = process.argv
const faults = await main(node)
process.stdout.write(
  faults.length === 0 ? `smoke: ${SERVICES.length} services answered, and SIGTERM ended it with 0\n` : `${faults.join('\n')}\n`,
)
process.exit(faults.length === 0 ? 0 : 1)
