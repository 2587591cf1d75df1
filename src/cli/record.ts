import { parseArgs } from 'node:util'
import { openPatientRows, type RowsOfPatient } from '../record/patient-rows.js'
import { readSettings } from '../settings.js'
import { baseUrl } from '../trust/base-url.js'

const USAGE = 'Give find or erase, --fhir-server with the address that calls name, and --patient with its id there.'

/**
 * Shows (`find`, as lines of JSON) or deletes (`erase`) all that the store of the environment keeps of one patient.
 * @throws Error when the words are wrong, or the store cannot be opened.
 */
export async function keepRecord(words: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: { 'fhir-server': { type: 'string' }, patient: { type: 'string' } },
  })
  const [action, ...more] = positionals
  const client = baseUrl(values['fhir-server'] ?? '')
  const { patient } = values
  if ((action !== 'find' && action !== 'erase') || more.length > 0 || client === undefined || !patient) throw new Error(USAGE)
  const rows = await openPatientRows(readSettings().keptIn, { client, patient })
  try {
    const lines = action === 'find' ? linesOf(await rows.find()) : [`${await rows.erase()} row(s) erased.`]
    process.stdout.write(lines.map(line => `${line}\n`).join(''))
  } finally {
    await rows.close()
  }
  return 0
}

/** Each row with the name of its table. */
const linesOf = (rows: RowsOfPatient): string[] =>
  Object.entries(rows).flatMap(([table, those]) => (those as readonly object[]).map(row => JSON.stringify({ table, ...row })))
