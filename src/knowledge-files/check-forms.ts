import type { QuestionnaireItem, QuestionnaireItemEnableWhen } from 'fhir/r4.js'
import type { Knowledge } from '../engine/knowledge/compile-knowledge.js'
import type { FaultList } from '../engine/model/faults.js'

/** The kinds of item that our own forms can show; the renderer has one entry for each. */
export const SHOWN_TYPES = ['group', 'display', 'boolean', 'choice', 'integer', 'decimal', 'date', 'string', 'text'] as const

export type ShownType = (typeof SHOWN_TYPES)[number]

/** Kinds that may be answered more than once. */
const REPEATED_TYPES: readonly string[] = ['group', 'choice'] satisfies ShownType[]

/** What an item may wait for, as the last part of `answer[x]`. */
const AWAITED = ['answerBoolean', 'answerCoding', 'answerInteger', 'answerDecimal', 'answerDate', 'answerString']

/** Elements of an item that would change what a reader sees, and that nothing is made of. */
const IGNORED = ['answerValueSet', 'definition', 'maxLength', 'initial', 'readOnly', 'prefix'] as const

/** Tells of items and features that our own forms would show wrongly or not at all. */
export function checkForms({ files }: Pick<Knowledge, 'files'>, faults: FaultList): void {
  for (const { file, resource } of files) {
    if (resource.resourceType !== 'Questionnaire') continue
    for (const { element, why } of faultsOfItems(resource.item ?? [], 'Questionnaire.item'))
      faults.add('FORM_UNSUPPORTED', file, element, why)
  }
}

interface ItemFault {
  element: string
  why: string
}

function faultsOfItems(items: readonly QuestionnaireItem[], element: string): ItemFault[] {
  return items.flatMap((item, index) => {
    const own = `${element}[${index}]`
    return [...faultsOf(item, own), ...faultsOfItems(item.item ?? [], `${own}.item`)]
  })
}

function faultsOf(item: QuestionnaireItem, element: string): ItemFault[] {
  const { type, repeats, item: below = [], enableWhen = [] } = item
  if (!(SHOWN_TYPES as readonly string[]).includes(type))
    return [{ element: `${element}.type`, why: `Our forms cannot show an item of type ${type}; they have ${SHOWN_TYPES.join(', ')}.` }]
  return [
    ...(repeats === true && !REPEATED_TYPES.includes(type)
      ? [{ element: `${element}.repeats`, why: `Our forms let only ${REPEATED_TYPES.join(' and ')} repeat; make it a group that repeats.` }]
      : []),
    ...(type !== 'group' && below.length > 0
      ? [{ element: `${element}.item`, why: 'Our forms show items below a group only; put it beside its question, with enableWhen.' }]
      : []),
    ...(type === 'choice' ? faultsOfOptions(item, element) : []),
    ...enableWhen.flatMap((condition, index) => faultsOfCondition(condition, `${element}.enableWhen[${index}]`)),
    ...IGNORED.filter(name => item[name] !== undefined).map(name => ({
      element: `${element}.${name}`,
      why: `Our forms make nothing of ${name}; leave it out.`,
    })),
  ]
}

function faultsOfOptions({ answerOption = [] }: QuestionnaireItem, element: string): ItemFault[] {
  if (answerOption.length === 0) return [{ element: `${element}.answerOption`, why: 'A choice needs its options here.' }]
  return answerOption.flatMap(({ valueCoding }, index) =>
    valueCoding?.code === undefined
      ? [{ element: `${element}.answerOption[${index}]`, why: 'Our forms offer options that are a coding with a code.' }]
      : [],
  )
}

function faultsOfCondition(condition: QuestionnaireItemEnableWhen, element: string): ItemFault[] {
  const awaited = Object.keys(condition).filter(name => name.startsWith('answer'))
  return awaited.length === 1 && AWAITED.includes(awaited[0] ?? '')
    ? []
    : [{ element, why: `Our forms can wait for one of ${AWAITED.join(', ')}.` }]
}
