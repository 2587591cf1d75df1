import type { Bundle, FhirResource, Library, PlanDefinition, PlanDefinitionAction, ValueSet } from 'fhir/r4.js'
import type { Review } from '../../src/server/routes.js'
import { textIn } from '../shared/form/definition.js'
import { ask } from '../shared/service.js'

/** A plan as a reader looks it up. */
export interface PlanView {
  id: string
  title: string
  description: string
  version: string | undefined
  /** Whether services apply it, and not other plans alone. */
  isApplied: boolean
  actions: readonly ActionView[]
}

/** An action of a plan. */
export interface ActionView {
  id: string
  title: string | undefined
  conditions: readonly { description: string; expression: string }[]
  hooks: readonly string[]
  /** `Type/id` of what it applies: another plan, a form, a proposal. */
  uses: string | undefined
  points: readonly string[]
  actions: readonly ActionView[]
}

/** A fact that conditions rest on. */
export interface FactView {
  name: string
  description: string
  expression: string
  library: string
}

/** Codes for one thing. */
export interface ValueSetView {
  id: string
  title: string
  systems: readonly { system: string; codes: readonly { code: string; display: string | undefined }[] }[]
  /** Other value sets that are part of it. */
  includes: readonly string[]
}

/** The knowledge that the service answers by. */
export interface KnowledgeView {
  plans: readonly PlanView[]
  facts: readonly FactView[]
  valueSets: readonly ValueSetView[]
  /** Titles of forms and proposals by `Type/id`. */
  titles: ReadonlyMap<string, string>
  review: Review
}

/** Reads all of it in a language. @throws Refused */
export async function readKnowledge(language: string): Promise<KnowledgeView> {
  const of = async <Found extends FhirResource>(type: string): Promise<Found[]> => {
    const { entry = [] } = (await ask<Bundle<Found>>('GET', `/fhir/${type}`)).answer
    return entry.flatMap(({ resource }) => (resource ? [resource] : []))
  }
  // One after another: all of it is large, and calls about patients go first.
  const plans = await of<PlanDefinition>('PlanDefinition')
  const libraries = await of<Library>('Library')
  const valueSets = await of<ValueSet>('ValueSet')
  const [activities, forms] = [await of('ActivityDefinition'), await of('Questionnaire')]
  const review = await ask<Review>('GET', '/guidelines/review')
  const views = plans.map(plan => planView(plan, language))
  return {
    plans: views,
    facts: libraries.flatMap(library => factsIn(library, language)),
    valueSets: valueSets.map(each => valueSetView(each, language)),
    titles: new Map([...plans, ...activities, ...forms].map(each => [`${each.resourceType}/${each.id ?? ''}`, titleIn(each, language)])),
    review: review.answer,
  }
}

type Titled = Parameters<typeof textIn>[1]

const titleIn = (resource: FhirResource, language: string): string => {
  const { title, _title, name, id } = resource as { title?: string; _title?: Titled; name?: string; id?: string }
  return textIn(title ?? name ?? id, _title, language)
}

function planView(plan: PlanDefinition, language: string): PlanView {
  const actions = (plan.action ?? []).map(action => actionView(action, language))
  return {
    id: plan.id ?? '',
    title: titleIn(plan, language),
    description: textIn(plan.description, plan._description, language),
    version: plan.version,
    isApplied: actions.some(({ hooks }) => hooks.length > 0),
    actions,
  }
}

function actionView(action: PlanDefinitionAction, language: string): ActionView {
  const {
    id = '',
    title,
    _title,
    textEquivalent,
    condition = [],
    trigger = [],
    definitionCanonical,
    code = [],
    action: within = [],
  } = action
  return {
    id,
    title: title === undefined ? textEquivalent : textIn(title, _title, language),
    conditions: condition.flatMap(({ expression }) =>
      expression
        ? [{ description: textIn(expression.description, expression._description, language), expression: expression.expression ?? '' }]
        : [],
    ),
    hooks: trigger.flatMap(({ name }) => name ?? []),
    uses: definitionCanonical && referenceIn(definitionCanonical),
    points: code.flatMap(({ coding = [] }) => coding.flatMap(each => each.code ?? [])),
    actions: within.map(each => actionView(each, language)),
  }
}

/** The last two parts of a canonical, without its version. */
const referenceIn = (canonical: string): string => (canonical.split('|')[0] ?? '').split('/').slice(-2).join('/')

const VARIABLE = 'http://hl7.org/fhir/StructureDefinition/variable'

function factsIn(library: Library, language: string): FactView[] {
  return (library.extension ?? []).flatMap(({ url, valueExpression }) =>
    url === VARIABLE && valueExpression
      ? [
          {
            name: valueExpression.name ?? '',
            description: textIn(valueExpression.description, valueExpression._description, language),
            expression: valueExpression.expression ?? '',
            library: titleIn(library, language),
          },
        ]
      : [],
  )
}

function valueSetView(valueSet: ValueSet, language: string): ValueSetView {
  const include = valueSet.compose?.include ?? []
  return {
    id: valueSet.id ?? '',
    title: titleIn(valueSet, language),
    systems: include.flatMap(({ system, concept = [], filter = [] }) =>
      system === undefined
        ? []
        : [
            {
              system,
              codes: [
                ...concept.map(({ code, display }) => ({ code, display })),
                ...filter.map(({ property, op, value }) => ({ code: `${property} ${op} ${value}`, display: undefined })),
              ],
            },
          ],
    ),
    includes: include.flatMap(({ valueSet: others = [] }) => others.map(referenceIn)),
  }
}
