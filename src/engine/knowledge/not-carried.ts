import type { ActivityDefinition, CodeableConcept, DataRequirement, Extension, PlanDefinition, PlanDefinitionAction } from 'fhir/r4.js'
import { SUBJECT_TYPES } from '../expression/standard-variables.js'
import { EXTENSION } from '../model/extensions.js'
import type { KnowledgeNames } from '../model/names.js'
import { notHeld, type ActivityKind } from './activity-kinds.js'
import type { NotCarried } from './compiled.js'

const HL7 = 'http://hl7.org/fhir'

/** Extensions of whole definitions that tell how they were made and packaged, not what is to be done. */
const ABOUT_THE_DEFINITION =
  /^http:\/\/hl7\.org\/fhir\/(StructureDefinition\/(cqf-(knowledge|cql)|artifact-|structuredefinition-|resource-)|uv\/(cpg\/StructureDefinition\/cpg-(knowledge|partOf)|crmi\/))/

const said = (path: string, isStated: unknown, why: string): NotCarried[] =>
  isStated === undefined || isStated === false ? [] : [{ path, why }]

const isOneOf = (types: readonly string[], { coding = [], text = '' }: CodeableConcept): boolean =>
  coding.some(({ code = '' }) => types.includes(code)) || (coding.length === 0 && types.includes(text))

interface WithSubject {
  subjectCodeableConcept?: CodeableConcept
  subjectReference?: object
}

/** A plan may be for any subject; what stands in it is for the plan's. */
const subjects = ({ subjectCodeableConcept, subjectReference }: WithSubject): NotCarried[] => [
  ...said(
    'subjectCodeableConcept',
    subjectCodeableConcept && !isOneOf(['Patient'], subjectCodeableConcept),
    'The subject is that of the plan.',
  ),
  ...said('subjectReference', subjectReference, 'The subject is that of the plan.'),
]

const extensions = (written: readonly Extension[] | undefined, known: ReadonlySet<string>): NotCarried[] =>
  (written ?? []).flatMap(({ url }, index) =>
    known.has(url) || ABOUT_THE_DEFINITION.test(url) ? [] : [{ path: `extension[${index}]`, why: `${url} is not read.` }],
  )

/** What of a plan itself nothing comes of. */
export function notCarriedOfPlan(plan: PlanDefinition): NotCarried[] {
  return [
    ...said(
      'subjectCodeableConcept',
      plan.subjectCodeableConcept && !isOneOf(SUBJECT_TYPES, plan.subjectCodeableConcept),
      `A plan is for one of ${SUBJECT_TYPES.join(', ')}.`,
    ),
    ...(plan.goal ?? []).flatMap(({ documentation, addresses }, index) => [
      ...said(`goal[${index}].documentation`, documentation, 'A Goal has no documentation.'),
      ...said(
        `goal[${index}].addresses`,
        addresses?.some(({ text }) => text === undefined),
        'A Goal names what it addresses by its text.',
      ),
    ]),
  ]
}

/** What of an action nothing comes of, those below it left aside. @param ids of all actions of its plan, as its author gave them. */
export function notCarriedOfAction(
  action: PlanDefinitionAction,
  plan: PlanDefinition,
  ids: ReadonlySet<string>,
  names: KnowledgeNames,
): NotCarried[] {
  const { transform, output, reason, input = [], participant = [], code = [], relatedAction = [], goalId = [] } = action
  const goals = new Set((plan.goal ?? []).map(({ id }) => id))
  return [
    ...subjects(action),
    ...said('transform', transform, 'StructureMaps are not run; dynamicValues are.'),
    ...said('reason', reason, 'A RequestGroup has no place for it.'),
    ...said('output', output, 'Nobody is told of it.'),
    ...input.flatMap((each, index) => inputs(each, `input[${index}]`)),
    ...code.flatMap(({ coding = [] }, index) =>
      said(
        `code[${index}]`,
        coding.some(({ system }) => isForeignPoint(system, names)),
        `Decision points are codes of ${names.decisionPoints}.`,
      ),
    ),
    ...relatedAction.flatMap(({ actionId }, index) =>
      said(`relatedAction[${index}]`, !ids.has(actionId), `The plan has no action ${actionId}.`),
    ),
    ...goalId.flatMap((goal, index) => said(`goalId[${index}]`, !goals.has(goal), `The plan has no goal ${goal}.`)),
    ...participant.flatMap(({ type, role }, index) =>
      said(
        `participant[${index}]`,
        !['patient', 'practitioner'].includes(type) && !role?.text && !role?.coding?.[0]?.display,
        'Without the words of a role nothing is left of it.',
      ),
    ),
  ]
}

const isForeignPoint = (system: string | undefined, { decisionPoints }: KnowledgeNames): boolean =>
  system !== undefined && system !== decisionPoints && system.endsWith('/CodeSystem/decision-point')

const inputs = ({ type, profile, mustSupport, subjectCodeableConcept, subjectReference }: DataRequirement, path: string): NotCarried[] => [
  ...said(
    `${path}.profile`,
    profile?.some(each => each !== `${HL7}/StructureDefinition/${type}`),
    'Data is asked for by type, code and date; a profile narrows nothing.',
  ),
  ...said(`${path}.mustSupport`, mustSupport, 'It narrows nothing.'),
  ...subjects({ ...(subjectCodeableConcept && { subjectCodeableConcept }), ...(subjectReference && { subjectReference }) }).map(
    ({ path: at, why }) => ({ path: `${path}.${at}`, why }),
  ),
]

/** What R4 asks of it may be missing. */
type DynamicValue = Partial<NonNullable<ActivityDefinition['dynamicValue']>[number]>

/** Extensions that a definition's own dynamic values name. */
const readByItself = ({ extension = [], dynamicValue = [] }: ActivityDefinition): string[] =>
  extension.map(({ url }) => url).filter(url => dynamicValue.some(({ expression }: DynamicValue) => expression?.expression?.includes(url)))

/** What of an ActivityDefinition its resource does not take over. */
export function notCarriedOfActivity(kind: ActivityKind, definition: ActivityDefinition): NotCarried[] {
  return [
    // That something is not to be done is no matter of a warning; compile-plan refuses kinds that cannot say it.
    ...notHeld(kind, definition)
      .filter(element => element !== 'doNotPerform')
      .flatMap(element => said(element, true, `A ${kind} does not take it over; leave it out, or set what is meant with a dynamicValue.`)),
    ...subjects(definition),
    ...extensions(definition.extension, new Set([...Object.values(EXTENSION), ...readByItself(definition)])),
  ]
}
