import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { FaultList } from '../../src/engine/model/faults.js'
import { readResources } from '../../src/knowledge-files/read-resources.js'
import { Terminology } from '../../src/engine/terminology/terminology.js'
import { PROJECT_ROOT } from '../../src/knowledge-files/load-knowledge.js'
import { canonical } from '../support/knowledge-builder.js'
import { HOUSE_TERMS } from '../support/house.js'

const terminology = new Terminology(readResources(join(PROJECT_ROOT, 'fhir-resources'), new FaultList()), new FaultList(), HOUSE_TERMS)

const CLASSES = [
  'drug-paracetamol',
  'drug-nsaid',
  'drug-weak-opioid',
  'drug-strong-opioid',
  'opioid',
  'drug-muscle-relaxant',
  'drug-tricyclic-antidepressant',
  'drug-gabapentinoid',
  'drug-snri',
  'drug-proton-pump-inhibitor',
]

const classesBy = (belongs: (id: string) => boolean | undefined): string[] => CLASSES.filter(id => belongs(id) === true)
const setOf = (id: string) => terminology.membership(canonical('ValueSet', id))
const byAtc = (code: string) => classesBy(id => setOf(id)?.({ system: 'http://www.whocc.no/atc', code }))
const byName = (name: string) =>
  classesBy(id => setOf(id)?.named?.(name, [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1' }]))

const opioidOf = (strength: 'weak' | 'strong') => [`drug-${strength}-opioid`, 'opioid']

test.each([
  ['N02BE01', 'Acetaminophen 325 MG Oral Tablet', ['drug-paracetamol']],
  ['N02AJ06', 'acetaminophen 300 MG / codeine phosphate 30 MG Oral Tablet', ['drug-paracetamol', ...opioidOf('weak')]],
  ['N02AJ13', 'acetaminophen 325 MG / tramadol hydrochloride 37.5 MG Oral Tablet', ['drug-paracetamol', ...opioidOf('weak')]],
  ['N02AJ17', 'acetaminophen 325 MG / oxycodone hydrochloride 5 MG Oral Tablet', ['drug-paracetamol', ...opioidOf('strong')]],
  ['N02AJ22', 'acetaminophen 300 MG / hydrocodone bitartrate 10 MG Oral Tablet', ['drug-paracetamol', ...opioidOf('strong')]],
  ['N02AJ08', 'Codeine 30 MG / Ibuprofen 200 MG Oral Tablet', ['drug-nsaid', ...opioidOf('weak')]],
  ['N02AJ19', 'ibuprofen 400 MG / oxycodone hydrochloride 5 MG Oral Tablet', ['drug-nsaid', ...opioidOf('strong')]],
  ['N02AJ23', 'hydrocodone bitartrate 7.5 MG / ibuprofen 200 MG Oral Tablet', ['drug-nsaid', ...opioidOf('strong')]],
  ['N02AA08', 'dihydrocodeine 30 MG Oral Tablet', opioidOf('weak')],
  ['R05DA04', 'codeine sulfate 30 MG Oral Tablet', opioidOf('weak')],
  ['R05FA02', 'codeine phosphate 2 MG/ML / guaifenesin 20 MG/ML Oral Solution', []],
  ['R05DA03', 'homatropine methylbromide 0.3 MG/ML / hydrocodone bitartrate 1 MG/ML Oral Solution', []],
  ['R05DA09', 'Dextromethorphan 2 MG/ML Oral Solution', []],
  ['R05X', 'Acetaminophen 21.7 MG/ML / Dextromethorphan Hydrobromide 1 MG/ML / doxylamine succinate 0.417 MG/ML Oral Solution', []],
  ['R05FA02', 'codeine phosphate 2 MG/ML / promethazine hydrochloride 1.25 MG/ML Oral Solution', []],
  ['N02AE01', '168 HR buprenorphine 0.02 MG/HR Transdermal System', opioidOf('strong')],
  ['N02AE01', 'Temgesic resoribletter 0,2 mg buprenorphin', opioidOf('strong')],
  ['N07BC01', 'buprenorphine 8 MG Sublingual Tablet', []],
  ['N07BC51', 'buprenorphine 2 MG / naloxone 0.5 MG Sublingual Film', []],
  ['N07BC51', 'naloxone 0.5 MG / buprenorphine 2 MG Sublingual Tablet', []],
  ['N07BC02', 'methadone hydrochloride 10 MG Oral Tablet', opioidOf('strong')],
  ['N02AA55', 'naloxone 5 MG / oxycodone 10 MG Extended Release Oral Tablet', opioidOf('strong')],
  ['N02AA01', 'morphine sulfate 10 MG Oral Tablet', opioidOf('strong')],
  ['N04BC07', 'apomorphine hydrochloride 10 MG/ML Injectable Solution', []],
  ['N02AB03', '72 HR fentanyl 0.025 MG/HR Transdermal System', opioidOf('strong')],
  ['N01AH01', 'fentanyl 0.05 MG/ML Injectable Solution', []],
  ['V03AB15', 'naloxone hydrochloride 0.4 MG/ML Injectable Solution', []],
  ['M01AE01', 'ibuprofen 400 MG Oral Tablet', ['drug-nsaid']],
  ['M01AB05', 'Diclofenac Sodium 50 MG Delayed Release Oral Tablet', ['drug-nsaid']],
  ['M02AA15', 'Diclofenac Sodium 0.01 MG/MG Topical Gel', []],
  ['M02AA10', 'Ketoprofen 25 MG/ML Topical Ointment', []],
  ['M02AA15', 'diclofenac epolamine 0.0542 MG/HR Transdermal System', []],
  ['S01BC05', 'ketorolac tromethamine 5 MG/ML Ophthalmic Solution', []],
  ['S01BC03', 'Diclofenac øjendråber 1 mg/ml', []],
  ['M01AX05', 'Glucosamine 500 MG Oral Tablet', []],
  ['N02BF01', 'gabapentin 300 MG Oral Capsule', ['drug-gabapentinoid']],
  ['N06AA09', 'amitriptyline hydrochloride 10 MG Oral Tablet', ['drug-tricyclic-antidepressant']],
  ['N06AX21', 'duloxetine 30 MG Delayed Release Oral Capsule', ['drug-snri']],
  ['M03BX01', 'baclofen 10 MG Oral Tablet', ['drug-muscle-relaxant']],
  ['A02BC01', 'omeprazole 20 MG Delayed Release Oral Capsule', ['drug-proton-pump-inhibitor']],
])('%s and %s are of the same classes', (atc, name, classes) => {
  expect({ atc: byAtc(atc), name: byName(name) }).toEqual({ atc: classes, name: classes })
})
