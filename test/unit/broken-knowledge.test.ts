import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { plainR4 } from '../../src/engine/knowledge/profile.js'
import { FAULT_CODES } from '../../src/engine/model/faults.js'
import { knowledgeFaults } from '../../src/knowledge-files/knowledge-faults.js'
import { loadKnowledge, PROJECT_ROOT } from '../../src/knowledge-files/load-knowledge.js'
import { HOUSE } from '../support/house.js'

/** The smallest knowledge with one fault, a folder a fault: its code and, where a code has several, what is wrong. */
const BROKEN = fileURLToPath(new URL('../broken/', import.meta.url))

const PLACES: Readonly<Record<string, readonly [file: string, element: string]>> = {
  FILE_UNREADABLE: ['ValueSet/vs.json', '$'],
  FILE_MISPLACED: ['ValueSet/another.json', 'ValueSet'],
  'FILE_MISPLACED-deeper': ['ValueSet/backs/vs.json', '$'],
  'FILE_MISPLACED-above': ['vs.json', '$'],
  'FILE_MISPLACED-service': ['more/one.json', '$'],
  PROFILE_INVALID: ['knowledge.json', 'profile'],
  CANONICAL_MISSING: ['PlanDefinition/plan.json', 'PlanDefinition.version'],
  VALUE_SET_UNKNOWN: ['Library/facts.json', 'Library.extension[0] (isBack)'],
  DATA_NOT_ASKED_FOR: ['PlanDefinition/plan.json', 'PlanDefinition.library'],
  MODIFIER_UNKNOWN: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].modifierExtension'],
  ELEMENT_UNKNOWN: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].conditions'],
  'ELEMENT_UNKNOWN-type': ['Libary/facts.json', 'Libary.resourceType'],
  ELEMENT_MISSHAPEN: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].title'],
  SHAPE_INVALID: ['ValueSet/vs.json', 'ValueSet.status'],
  RESOURCE_DUPLICATE: ['ValueSet/two.json', 'ValueSet.url'],
  CANONICAL_UNKNOWN: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].definitionCanonical'],
  'CANONICAL_UNKNOWN-form': ['Library/facts.json', 'Library.extension[0] (isFilledIn)'],
  'CANONICAL_UNKNOWN-extension': ['Library/facts.json', 'Library.dataRequirement[0].extension[0]'],
  'CANONICAL_UNKNOWN-system': ['PlanDefinition/plan.json', 'PlanDefinition.action[0].code[0].coding[0]'],
  'CANONICAL_UNKNOWN-topic': ['PlanDefinition/plan.json', 'PlanDefinition.topic[0]'],
  CANONICAL_CYCLE: ['ValueSet/vs.json', 'ValueSet.compose'],
  LANGUAGE_UNSUPPORTED: ['Library/facts.json', 'Library.extension[0] (isAdult)'],
  EXPRESSION_INVALID: ['Library/facts.json', 'Library.extension[0] (isAdult)'],
  EXPRESSION_TOO_LONG: ['Library/facts.json', 'Library.extension[0] (isLong)'],
  NAME_UNKNOWN: ['Library/facts.json', 'Library.extension[0] (isBorn)'],
  'NAME_UNKNOWN-setting': ['Library/facts.json', 'Library.extension[0] (isNorth)'],
  'NAME_UNKNOWN-override': ['Library/facts.json', 'Library.extension[0] (isOverridden)'],
  'NAME_UNKNOWN-context': ['Library/facts.json', 'Library.extension[0] (isAtEncounter)'],
  ITEM_UNKNOWN: ['Library/facts.json', 'Library.extension[0] (isAsked)'],
  'ITEM_UNKNOWN-receiver': ['Library/facts.json', 'Library.extension[0] (isInPain)'],
  CODE_IMPOSSIBLE: ['Library/facts.json', 'Library.extension[0] (isThird)'],
  'CODE_IMPOSSIBLE-fact': ['Library/facts.json', 'Library.extension[0] (isThird)'],
  'CODE_IMPOSSIBLE-setting': ['Library/facts.json', 'Library.extension[0] (isNorth)'],
  'CODE_IMPOSSIBLE-kind': ['Library/facts.json', 'Library.extension[0] (isShown)'],
  'CODE_IMPOSSIBLE-point': ['Library/facts.json', 'Library.extension[0] (isOverridden)'],
  'CODE_IMPOSSIBLE-status': ['Library/facts.json', 'Library.extension[0] (wasSeen)'],
  'CODE_IMPOSSIBLE-concept': ['Library/facts.json', 'Library.extension[0] (isActive)'],
  UNKNOWN_HIDDEN: ['Library/facts.json', 'Library.extension[0] (isPriority)'],
  'CODE_IMPOSSIBLE-shown-on': ['PlanDefinition/plan.json', 'PlanDefinition.action[0].extension'],
  CARD_TOO_LONG: ['PlanDefinition/plan.json', 'PlanDefinition.action[0]'],
  EVIDENCE_INVALID: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].extension'],
  'EVIDENCE_INVALID-interval': ['PlanDefinition/plan.json', 'PlanDefinition.action[0].extension'],
  CRITICAL_SILENCED: ['PlanDefinition/plan.json', 'PlanDefinition.action[0]'],
  'CRITICAL_SILENCED-within': ['PlanDefinition/plan.json', 'PlanDefinition.action[0]'],
  PROPERTY_UNKNOWN: ['CodeSystem/decision-point.json', 'CodeSystem.concept[0].property[0]'],
  'PROPERTY_UNKNOWN-silence': ['CodeSystem/decision-point.json', 'CodeSystem.property[0]'],
  TITLE_UNFINISHED: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].title'],
  FORM_UNSUPPORTED: ['Questionnaire/form.json', 'Questionnaire.item[0].type'],
  'FORM_UNSUPPORTED-repeats': ['Questionnaire/form.json', 'Questionnaire.item[0].repeats'],
  'FORM_UNSUPPORTED-below': ['Questionnaire/form.json', 'Questionnaire.item[0].item'],
  'FORM_UNSUPPORTED-options': ['Questionnaire/form.json', 'Questionnaire.item[0].answerOption'],
  'FORM_UNSUPPORTED-awaited': ['Questionnaire/form.json', 'Questionnaire.item[1].enableWhen[0]'],
  MEASURE_INVALID: ['Measure/measure.json', 'Measure.scoring'],
  'MEASURE_INVALID-population': ['Measure/measure.json', 'Measure.group[0].population'],
  PAGE_TEXT_COMPUTED: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].extension'],
  DATE_ARITHMETIC_INVALID: ['Library/facts.json', 'Library.extension[0] (age)'],
  'DATE_ARITHMETIC_INVALID-unit': ['Library/facts.json', 'Library.extension[0] (isRecent)'],
  CRITERION_INVALID: ['Library/facts.json', 'Library.extension[0] (hasNamed)'],
  FACT_CYCLE: ['Library/facts.json', 'Library.extension[0] (one)'],
  FACT_DUPLICATE: ['Library/facts.json', 'Library.extension[1] (one)'],
  DESCRIPTION_MISSING: ['Library/facts.json', 'Library.extension[0] (one)'],
  VALUE_SET_UNSUPPORTED: ['ValueSet/vs.json', 'ValueSet.compose.include[0]'],
  PRIORITY_REFUSED: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].priority'],
  ACTION_ID_INVALID: ['PlanDefinition/plan.json', 'PlanDefinition.action[0]'],
  TRIGGER_UNSUPPORTED: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].trigger'],
  GRADE_MISSING: ['PlanDefinition/plan.json', 'PlanDefinition.action[0]'],
  SOURCE_MISSING: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].documentation[0]'],
  TRANSLATION_MISSING: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].title'],
  'TRANSLATION_MISSING-fact': ['Library/facts.json', 'Library.extension[0] (one)'],
  'TRANSLATION_MISSING-condition': ['PlanDefinition/plan.json', 'PlanDefinition.action[0].condition[0]'],
  'TRANSLATION_MISSING-order': ['PlanDefinition/plan.json', 'PlanDefinition.action[0].action[0].title'],
  'TRANSLATION_MISSING-service': ['one.json', 'publish.translation.en'],
  ACTIVITY_INCOMPLETE: ['ActivityDefinition/order.json', 'ActivityDefinition'],
  ACTIVITY_KIND_UNSUPPORTED: ['ActivityDefinition/order.json', 'ActivityDefinition.kind'],
  DYNAMIC_PATH_INVALID: ['ActivityDefinition/order.json', 'ActivityDefinition.dynamicValue[0]'],
  ELEMENT_NOT_CARRIED: ['ActivityDefinition/order.json', 'ActivityDefinition.productCodeableConcept'],
  PREFETCH_INVALID: ['PlanDefinition/plan.json', 'PlanDefinition.library'],
  SERVICE_INVALID: ['one.json', 'apply'],
  'SERVICE_INVALID-shape': ['one.json', 'apply'],
  TOPIC_MISSING: ['one.json', 'apply'],
  FACT_UNUSED: ['Library/facts.json', 'Library.extension[0] (isAdult)'],
  VALUE_SET_UNUSED: ['ValueSet/vs.json', 'ValueSet'],
  CONDITION_CONSTANT: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].condition[0]'],
  'CONDITION_CONSTANT-always': ['PlanDefinition/plan.json', 'PlanDefinition.action[0].condition[0]'],
  'CONDITION_CONSTANT-range': ['PlanDefinition/plan.json', 'PlanDefinition.action[0].condition[0]'],
  CONDITION_CONTRADICTED: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].action[0].condition[0]'],
  'CONDITION_CONTRADICTED-dates': ['PlanDefinition/plan.json', 'PlanDefinition.action[0].action[0].condition[0]'],
  ACTION_REPEATED: ['PlanDefinition/plan.json', 'PlanDefinition.action[1]'],
  ACTION_ALIKE: ['PlanDefinition/plan.json', 'PlanDefinition.action[1]'],
  PLACEHOLDER_LEFT: ['PlanDefinition/plan.json', 'PlanDefinition.action[0].title'],
}

/** What is told and may be served all the same. */
const WARNINGS: readonly string[] = [
  'FACT_UNUSED',
  'VALUE_SET_UNUSED',
  'CONDITION_CONSTANT',
  'CONDITION_CONTRADICTED',
  'ACTION_REPEATED',
  'ACTION_ALIKE',
  'PLACEHOLDER_LEFT',
]

const EXAMPLES = Object.entries(PLACES)

const codeOf = (example: string): string => example.split('-', 1)[0] ?? example

test('there is an example of every fault, and of nothing else', () => {
  expect(readdirSync(BROKEN).sort()).toEqual(EXAMPLES.map(([example]) => example).sort())
  expect([...new Set(EXAMPLES.map(([example]) => codeOf(example)))].sort()).toEqual([...FAULT_CODES].sort())
})

describe('the example is told of for its fault alone, with file and element', () => {
  test.each(EXAMPLES)('%s', (example, [file, element]) => {
    const folder =
      example === 'PROFILE_INVALID'
        ? ''
        : ['FILE_MISPLACED-service', 'SERVICE_INVALID', 'SERVICE_INVALID-shape', 'TOPIC_MISSING', 'TRANSLATION_MISSING-service'].includes(
              example,
            )
          ? 'cds-services/'
          : 'fhir-resources/'
    const { faults, warnings } = knowledgeFaults(`${BROKEN}${example}`, example === 'PROFILE_INVALID' ? {} : { profile: HOUSE })
    const [told, none] = WARNINGS.includes(codeOf(example)) ? [warnings, faults] : [faults, warnings]
    expect(told).toEqual([{ code: codeOf(example), file: `${folder}${file}`, element, message: expect.stringMatching(/^\S.{5,}/) }])
    expect(none).toEqual([])
  })
})

test.each(['ELEMENT_UNKNOWN', 'ELEMENT_MISSHAPEN', 'SERVICE_INVALID-shape'])(
  'the start refuses what the check refuses, in any profile: %s',
  example => {
    const { faults } = loadKnowledge(`${BROKEN}${example}`, { profile: plainR4() })
    expect(faults.faults).toHaveLength(1)
    expect(faults.faults).toEqual(knowledgeFaults(`${BROKEN}${example}`, { profile: HOUSE }).faults)
    expect(() => faults.throwIfAny()).toThrow('The knowledge has 1 fault')
  },
)

test('a folder with neither knowledge nor services is refused', () => {
  expect(() => knowledgeFaults(`${BROKEN}NOTHING_HERE`)).toThrow(/^There is neither knowledge nor a service in .*NOTHING_HERE:/)
})

test('the knowledge of this repository has none, and none of its expressions is left to the interpreter', () => {
  const { faults, warnings, expressions } = knowledgeFaults(PROJECT_ROOT)
  expect({ faults, warnings }).toEqual({ faults: [], warnings: [] })
  expect(expressions.count).toBeGreaterThan(1_500)
  expect([...expressions.interpreted.keys()]).toEqual([])
  expect(loadKnowledge().knowledge.profile).toEqual(HOUSE)
})

test('what is hardly meant so is told by a check alone, and not by a start', () => {
  for (const example of WARNINGS) expect(loadKnowledge(`${BROKEN}${example}`, { profile: HOUSE }).faults.warnings).toEqual([])
})

test('the example guideline is clean', () => {
  const { faults, warnings } = knowledgeFaults(join(PROJECT_ROOT, 'examples/hypertension'))
  expect([...faults, ...warnings]).toEqual([])
})
