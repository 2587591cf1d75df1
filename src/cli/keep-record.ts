import { once } from 'node:events'
import { openKeptRows, type About, type KeptRows, type Span } from '../record/kept-rows.js'
import { readSettings } from '../settings.js'
import { baseUrl } from '../trust/base-url.js'
import { CliError } from './cli-error.js'
import type { Outcome } from './command-page.js'

/** Whose rows, and of which days. */
export interface RecordOptions {
  fhirServer?: string
  patient?: string
  user?: string
  card?: string
  from?: string
  to?: string
}

const USAGE = [
  'Give one of',
  '  find --card uuid',
  '  find --patient id [--fhir-server url]',
  '  find --user Type/id [--fhir-server url] [--from day] [--to day]',
  '  erase --patient id [--fhir-server url]',
  '  export [--patient id | --user Type/id] [--fhir-server url] [--from day] [--to day]',
  'with the FHIR server that calls name, whose ids those are, and days as 2026-03-30 (of UTC) or instants as 2026-03-30T12:00:00+02:00.',
].join('\n')

/**
 * Shows (`find`, as lines of JSON) or deletes (`erase`) what the store of the environment keeps, or tells it as AuditEvents
 * (`export`, one a line).
 * @throws CliError COLUMNA_USAGE when the words are wrong; Error when the store cannot be opened.
 */
export async function keepRecord(action: string, options: RecordOptions): Promise<Outcome> {
  const asked = askedIn(action, options)
  const { keptIn, publicUrl } = readSettings()
  const rows = await openKeptRows(keptIn, publicUrl, Date.now)
  try {
    await tell(linesOf(rows, asked))
  } finally {
    await rows.close()
  }
  return 0
}

/** Writes lines until whoever reads them has had enough, as `head` has: what they saw is noted then all the same. */
async function tell(lines: AsyncIterable<string>): Promise<void> {
  let isRead = true
  process.stdout.on('error', () => {
    isRead = false
  })
  for await (const line of lines) {
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain').catch(() => undefined)
    if (!isRead) return
  }
}

const wrongWords = () => new CliError('COLUMNA_USAGE', USAGE)

interface Asked {
  action: string
  about: About | undefined
  span: Span
}

function askedIn(action: string, { fhirServer, patient, user, card, from, to }: RecordOptions): Asked {
  const client = fhirServer === undefined ? '' : baseUrl(fhirServer)
  const abouts: About[] = [
    ...(patient ? [{ patient: { client: client ?? '', patient } }] : []),
    ...(user ? [{ user: { client: client ?? '', user } }] : []),
    ...(card ? [{ card }] : []),
  ]
  if (client === undefined || abouts.length > 1) throw wrongWords()
  return { action, about: abouts[0], span: { from: instant(from, 0), to: instant(to, Number.MAX_SAFE_INTEGER) } }
}

function instant(text: string | undefined, usual: number): number {
  const at = text === undefined ? usual : Date.parse(text)
  if (Number.isNaN(at)) throw wrongWords()
  return at
}

async function* linesOf(rows: KeptRows, { action, about, span }: Asked): AsyncGenerator<string> {
  if (action === 'find' && about) for await (const row of rows.find(about, span)) yield JSON.stringify(row)
  else if (action === 'erase' && about && 'patient' in about) yield `${await rows.erase(about.patient)} row(s) erased.`
  else if (action === 'export' && !(about && 'card' in about))
    for await (const event of rows.events(about, span)) yield JSON.stringify(event)
  else throw wrongWords()
}
