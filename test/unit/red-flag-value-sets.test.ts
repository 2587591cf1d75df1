import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { FaultList } from '../../src/engine/model/faults.js'
import { readResources } from '../../src/knowledge-files/read-resources.js'
import { Terminology } from '../../src/engine/terminology/terminology.js'
import { PROJECT_ROOT } from '../../src/knowledge-files/load-knowledge.js'
import { coding } from '../support/cases.js'
import { canonical } from '../support/knowledge-builder.js'
import { HOUSE_TERMS } from '../support/house.js'

const terminology = new Terminology(readResources(join(PROJECT_ROOT, 'fhir-resources'), new FaultList()), new FaultList(), HOUSE_TERMS)

/** Which of the codes, `SKS:DM545` or `uri|code`, belong to a value set. */
const membersOf = (id: string, codes: readonly string[]): string[] =>
  codes.filter(code => terminology.membership(canonical('ValueSet', id))?.(coding(code)))

const ICPC_MALIGNANT = 'A79 B72 B73 B74 D74 D75 D76 D77 L71 N74 R84 R85 S77 T71 U75 U76 U77 W72 X75 X76 X77 Y77 Y78'
  .split(' ')
  .map(code => `ICPC:${code}`)

const ICD_CM = 'http://hl7.org/fhir/sid/icd-10-cm'

describe.each([
  [
    'malignant-disease',
    [
      ...ICPC_MALIGNANT,
      'SKS:DC00',
      'SKS:DC009',
      'SKS:DC438',
      'SKS:DC459',
      'SKS:DC795',
      'SKS:DC900+ZZ',
      'SKS:DC97',
      'SKS:DC97Z',
      'ICD10:C00.0',
      'ICD10:C43.9',
      'ICD10:C4A.9',
      'ICD10:C45',
      'ICD10:C79.51',
      'ICD10:C97',
      'ICD10:DC795',
      'SNOMED:363346000',
      'SNOMED:94222008',
      'SNOMED:109989006',
      'SNOMED:128462008',
      '|C61',
      '|DC619',
      '|A79',
    ],
    [
      'SKS:DC98',
      'SKS:DC99',
      'ICD10:C98',
      'SKS:DC44',
      'SKS:DC449',
      'ICD10:C44.3',
      'ICD10:D03.9',
      'SKS:DD059',
      'SKS:DD45',
      'SKS:DB99',
      'ICPC:A21',
      'ICPC:A26',
      'ICPC:X79',
      'ICPC:D78',
      'ICPC:S80',
      'ICD10:A79',
      'SKS:DZ854',
      `${ICD_CM}|C79.51`,
      'SNOMED:275937001',
    ],
  ],
  [
    'cancer',
    ['SKS:DC509', 'ICPC:S77', 'ICPC:Y78', 'SKS:DZ853', 'ICD10:Z85.3', 'SNOMED:266987004'],
    ['SKS:DC443', 'ICD10:C44', 'ICPC:A21', 'ICPC:A26', 'SKS:DZ80', 'SKS:DZ86'],
  ],
  ['skin-cancer-other', ['SKS:DC44', 'SKS:DC443', 'ICD10:C44.9'], ['SKS:DC439', 'SKS:DC45', 'ICPC:S77']],
  ['skin-cancer-any', ['ICPC:S77', '|S77'], ['ICPC:S79', 'SKS:DC44', 'ICD10:S77']],
  [
    'vertebral-fracture',
    [
      'SKS:DS320',
      'SKS:DS327',
      'SKS:DS220A',
      'SKS:DS221',
      'SKS:DT089',
      'SKS:DM485',
      'ICD10:M48.4',
      'ICD10:M48.56XA',
      'ICD10:T08',
      'ICD10:S32.010A',
      'SNOMED:42942008',
      'SNOMED:240198002',
    ],
    ['ICPC:L76', 'ICPC:T08', '|T08', 'SKS:DS321', 'SKS:DS129', 'SKS:DS222', 'ICD10:M48.52XA', 'SKS:DM480'],
  ],
  [
    'pathological-fracture',
    ['SKS:DM800', 'ICD10:M84.4', 'SKS:DM907', 'ICD10:M84.58XA', 'SNOMED:443165006'],
    ['SKS:DM843', 'SKS:DM810', 'SKS:DM906'],
  ],
  [
    'spinal-infection',
    [
      'ICPC:L70',
      'SKS:DM462',
      'SKS:DM463A',
      'SKS:DM464',
      'SKS:DM465',
      'ICD10:M46.46',
      'ICD10:M49.0',
      'SKS:DG061',
      'SNOMED:2304001',
      'SNOMED:203241002',
    ],
    ['SKS:DM461', 'SKS:DM494', 'SKS:DM86', 'SKS:DG060', 'ICD10:L70'],
  ],
  [
    'inflammatory-spondylitis',
    ['SKS:DM459', 'SKS:DM45', 'SKS:DM461', 'SKS:DM468A', 'SKS:DM469', 'ICD10:M45', 'ICD10:M45.6', 'SNOMED:9631008'],
    ['ICPC:L88', 'SKS:DM462', 'SKS:DM073', 'SKS:DM06'],
  ],
  [
    'abdominal-aortic-aneurysm',
    ['SKS:DI713', 'SKS:DI714', 'ICD10:I71.4', 'ICD10:I71.43', 'SKS:DI719', '|I71.4'],
    ['SKS:DI710', 'SKS:DI711', 'SKS:DI712', 'SKS:DI723', 'ICPC:K99'],
  ],
  ['paraparesis', ['SKS:DG820', 'SKS:DG821', 'SKS:DG822', 'ICD10:G82.20'], ['SKS:DG823', 'SKS:DG825', 'SKS:DG831', 'ICPC:N18']],
  [
    'urinary-retention',
    ['ICPC:U08', 'SKS:DR339', 'ICD10:R33', 'ICD10:R33.8', 'SNOMED:267064002', 'SNOMED:236648008', '|DR339', '|U08'],
    ['ICPC:U04', 'SKS:DR32', '|R33'],
  ],
  [
    'bowel-incontinence',
    ['ICPC:D17', 'SKS:DR159', 'ICD10:R15.9', 'SNOMED:72042002'],
    ['ICPC:D08', 'ICPC:D18', 'SKS:DR14', 'ICD10:D17', 'SNOMED:249504006'],
  ],
  ['cauda-equina-syndrome', ['SKS:DG834', 'SKS:DS343', 'ICD10:G83.4', 'SNOMED:12454008'], ['SKS:DG833', 'SKS:DS342', 'ICPC:N18']],
  ['spinal-cord-compression', ['SKS:DG952', 'SKS:DM510A', 'ICD10:M51.0'], ['SKS:DM511', 'SKS:DM501', 'SKS:DG951']],
])('%s', (id, members, others) => {
  test('holds what it should, in every code system', () => expect(membersOf(id, members)).toEqual(members))

  test('and nothing beside', () => expect(membersOf(id, others)).toEqual([]))

  test('belongs to the codes that carry a red flag', () => expect(membersOf('red-flag-code', members)).toEqual(members))
})

describe('the level that the fifth character of ICD-10 tells', () => {
  test.each([
    ['non-specific-low-back-pain', ['M54.5', 'M54.50', 'M54.51', 'M54.59'], ['M54.2', 'M54.6']],
    [
      'root-affection',
      ['M54.1', 'M54.10', 'M54.16', 'M54.17', 'M54.1A', 'M51.16', 'M54.31', 'M54.41'],
      ['M54.11', 'M54.12', 'M54.13', 'M54.14', 'M54.1C', 'M54.1D', 'M51.14', 'M51.1H'],
    ],
    ['spinal-stenosis', ['M48.0', 'M48.00', 'M48.05', 'M48.061', 'M48.07'], ['M48.01', 'M48.02', 'M48.03', 'M48.04']],
    ['cervical-or-thoracic-stenosis', ['M48.01', 'M48.02', 'M48.03', 'M48.04'], ['M48.0', 'M48.00', 'M48.05', 'M48.06']],
    ['spondylolisthesis', ['M43.1', 'M43.16', 'M43.17'], ['M43.11', 'M43.12', 'M43.13', 'M43.14']],
    ['lumbar-age-changes', ['M47.86', 'M47.816', 'M47.817', 'M47.896'], ['M47.8', 'M47.812', 'M47.82', 'M47.81']],
  ])('%s', (id, members, others) => {
    const icd = (codes: string[]) => codes.map(code => `ICD10:${code}`)
    expect(membersOf(id, icd([...members, ...others]))).toEqual(icd(members))
  })
})

describe('a code without a system', () => {
  test('is read where its form can be of one system only', () => {
    expect(
      membersOf('non-specific-low-back-pain', [
        '|L03',
        '|l84',
        '|DM545',
        '|DM54.5',
        '|DM545+TUL1',
        '|M54.5',
        '|M54.50',
        '|M545',
        '|279039007',
      ]),
    ).toHaveLength(9)
    expect(membersOf('crp', ['|NPU19748'])).toHaveLength(1)
    expect(membersOf('start-back-total', ['|91351-7'])).toHaveLength(1)
    expect(membersOf('drug-weak-opioid', ['|N02AX02', '|N02A X02'])).toHaveLength(2)
  })

  test('three characters are ICPC-2, never ICD-10, unless ICPC-2 lacks the letter; local codes never count', () => {
    expect(membersOf('unexplained-weight-loss', ['|T08'])).toEqual(['|T08'])
    expect(membersOf('fever', ['|A03', '|R50'])).toEqual(['|A03'])
    expect(membersOf('osteoporosis', ['|M81', '|L95'])).toEqual(['|M81', '|L95'])
    expect(membersOf('ecg', ['|ecg', 'https://columna.example.org/fhir/CodeSystem/observation-kind|ecg'])).toHaveLength(1)
  })
})
