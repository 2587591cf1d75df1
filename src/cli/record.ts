import type { CommandPage } from './command-page.js'
import type { RecordOptions } from './keep-record.js'

/** `columna record`. */
export const record: CommandPage<RecordOptions> = {
  name: 'record',
  says: 'shows, deletes or exports what the store keeps of a patient, a user or a card',
  description: [
    'Works on the store of the settings (`CDS_STORE`, `CDS_PATIENT_KEY`). `find` shows rows as lines of JSON, `erase` deletes all of one patient, `export` tells who asked what, as AuditEvents, one a line, however many they are; with `--json` each tells one document instead. That somebody looked is noted in the store.',
    'Ids are those of the FHIR server that calls name; days are written as 2026-03-30 (of UTC) or as instants, 2026-03-30T12:00:00+02:00.',
  ],
  examples: [
    { does: 'Show all that is kept of one patient', words: 'record find --fhir-server https://ehr.example.org/fhir --patient p1' },
    { does: 'Delete it', words: 'record erase --fhir-server https://ehr.example.org/fhir --patient p1' },
  ],
  json: '{ rows: Row[] } of find, { erased: number } of erase, { events: AuditEvent[] } of export',
  takes: command =>
    command
      .argument('<find|erase|export>', 'what to do')
      .option('--fhir-server <url>', 'whose ids those are')
      .option('--patient <id>', 'the patient')
      .option('--user <Type/id>', 'the user; not with erase')
      .option('--card <uuid>', 'the card; only with find')
      .option('--from <day>', 'nothing before it')
      .option('--to <day>', 'nothing from then on'),
  run: async ({ options, words: [action = ''], teller }) => (await import('./keep-record.js')).keepRecord(action, options, teller),
}
