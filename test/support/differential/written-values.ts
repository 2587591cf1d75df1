import type { Kind } from './seen-paths.js'

/** Facts that made expressions may ask for, by their names. */
export const FACTS: Readonly<Record<string, string>> = {
  yes: 'true',
  no: 'false',
  unknown: '{}',
  nothing: '{}',
  count: '2',
  several: "('a').combine('b').combine('a')",
  day: 'today()',
}

/** Values that expressions write out, and facts, by their kind. */
export const LITERALS: Readonly<Record<Exclude<Kind, 'element'>, readonly string[]>> = {
  truth: ['true', 'false', '%yes', '%no', '%unknown'],
  number: ['0', '1', '2', '3', '7', '-1', '0.5', '1.5', '1.50', '2.0', '0.1', '100', '1000000', '%several.count()', '%count'],
  text: [
    "'\\u00e5'",
    "'\\n'",
    '%context.patientId',
    '%context.userId',
    '%ucum',
    "'a'",
    "'b'",
    "'A'",
    "''",
    "' '",
    "'1'",
    "'1.5'",
    "'true'",
    "'2026-03-01'",
    "'Ådåø'",
    "'a,b'",
    "'it\\'s'",
    '%several',
    "'mg'",
  ],
  date: [
    '@2026',
    '@2026-03',
    '@2026-02-28',
    '@2024-02-29',
    '@2026-03-29',
    '@2026T',
    '@2026-03T',
    '@2026-03-29T',
    '@2026-03-29T02',
    '@2026-03-29T02:30',
    '@2026-03-29T02:30:00',
    '@2026-03-29T12:00:00Z',
    '@2026-03-29T12:00:00+02:00',
    '@2026-03-29T12:00:00.500Z',
    '@1999-12-31T23:59:59.999-05:00',
    'today()',
    'now()',
    '%day',
  ],
  time: ['@T12', '@T12:30', '@T12:30:00', '@T23:59:59.999', '@T00:00', 'timeOfDay()'],
  quantity: [
    "1 'mg'",
    "0.001 'g'",
    "5 'cm'",
    "38.5 'Cel'",
    "1 'wk'",
    "7 'd'",
    "1 'a'",
    "12 'mo'",
    '1 year',
    '12 months',
    '1 month',
    '2 weeks',
    '7 days',
    '24 hours',
    '90 minutes',
    '30 seconds',
    '1500 milliseconds',
    "4 '1'",
    '0 days',
    '-1 month',
  ],
}

/** What records are called beside their type, with their types where those are known. */
export const OTHER_RECORDS: Readonly<Record<string, readonly string[]>> = {
  patient: ['Patient'],
  subject: ['Patient'],
  resource: ['Bundle'],
  'resource.entry.resource': [],
  draftOrders: [],
  encounter: ['Encounter'],
}

/** Ways on and on into an element; not into all of it, since fhirpath.js fails where it meets a quantity with a comparator. */
export const WAYS: readonly string[] = ['item', 'item | answer.item', 'coding', 'extension', '$this']

/** Elements of what nobody knows. */
export const NAMES = [
  'code',
  'value',
  'id',
  'coding',
  'system',
  'item',
  'extension',
  'reference',
  'start',
  'period',
  'display',
  'answer',
  'status',
  'resourceType',
  'contained',
]

/** By how much a date is moved. */
export const DURATIONS = [
  '1 year',
  '2 years',
  '1 month',
  '13 months',
  '-1 month',
  '1 week',
  '3 weeks',
  '0 days',
  '1 day',
  '31 days',
  '400 days',
  '1 hour',
  '25 hours',
  '90 minutes',
  '30 seconds',
  '1500 milliseconds',
  "1 'wk'",
  "2 'd'",
  "3 'h'",
  "10 'min'",
  "5 's'",
  '%nothing',
]

/** Names of types that an item of a kind may be asked for. */
export const TYPES: Readonly<Record<Kind, readonly string[]>> = {
  truth: ['boolean', 'Boolean', 'System.Boolean', 'FHIR.boolean'],
  number: ['integer', 'decimal', 'Integer', 'Decimal', 'System.Integer', 'FHIR.decimal', 'positiveInt'],
  text: ['string', 'String', 'code', 'uri', 'System.String', 'FHIR.string', 'id', 'markdown'],
  date: ['date', 'dateTime', 'Date', 'DateTime', 'instant', 'System.Date', 'FHIR.dateTime'],
  time: ['time', 'Time', 'System.Time'],
  quantity: ['Quantity', 'System.Quantity', 'FHIR.Quantity', 'Age', 'Duration'],
  element: [
    'Coding',
    'CodeableConcept',
    'Period',
    'Reference',
    'Extension',
    'Condition',
    'FHIR.Observation',
    'Element',
    'Resource',
    'BackboneElement',
  ],
}
