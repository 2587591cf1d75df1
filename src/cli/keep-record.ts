import { once } from 'node:events'
import { openKeptRows, type About, type KeptRows, type Span } from '../record/kept-rows.js'
import { readSettings } from '../settings.js'
import { baseUrl } from '../trust/base-url.js'
import { CliError } from './cli-error.js'
import type { Outcome } from './command-page.js'
import type { Teller } from './teller.js'

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
 * (`export`, one a line); where JSON was asked for, in one document.
 * @throws CliError COLUMNA_USAGE when the words are wrong; Error when the store cannot be opened.
 */
export async function keepRecord(action: string, options: RecordOptions, teller: Teller): Promise<Outcome> {
  const asked = askedIn(action, options)
  const { keptIn, publicUrl } = readSettings()
  const rows = await openKeptRows(keptIn, publicUrl, Date.now)
  try {
    await answer(rows, asked, teller)
  } finally {
    await rows.close()
  }
  return 0
}

async function answer(rows: KeptRows, { action, about, span }: Asked, teller: Teller): Promise<void> {
  if (action === 'find' && about) await tellAll('rows', rows.find(about, span), teller)
  else if (action === 'erase' && about && 'patient' in about) {
    const erased = await rows.erase(about.patient)
    teller.tell(`${erased} row(s) erased.`)
    teller.tellJson({ erased })
  } else if (action === 'export' && !(about && 'card' in about)) await tellAll('events', rows.events(about, span), teller)
  else throw wrongWords()
}

/** Tells each as a line as it is found, for there may be very many, or all under a name in one document. */
async function tellAll(name: string, found: AsyncIterable<unknown>, teller: Teller): Promise<void> {
  if (!teller.isJson) return tellLines(found)
  const all: unknown[] = []
  for await (const each of found) all.push(each)
  teller.tellJson({ [name]: all })
}

/** Writes lines until whoever reads them has had enough, as `head` has: what they saw is noted then all the same. */
async function tellLines(found: AsyncIterable<unknown>): Promise<void> {
  let isRead = true
  process.stdout.on('error', () => {
    isRead = false
  })
  for await (const each of found) {
    if (!process.stdout.write(`${JSON.stringify(each)}\n`)) await once(process.stdout, 'drain').catch(() => undefined)
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
