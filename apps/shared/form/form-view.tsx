import type { ComponentChildren } from 'preact'
import { answerNoToTheRest, answerTo, NO_ANSWERS, withAnswers, withRows, type Answers, type IsAsked } from './answers.js'
import type { Item } from './definition.js'
import { FieldView } from './field-view.js'
import type { FormWords } from './words.js'
import { YesNoView } from './yes-no-view.js'
import { OptionsView } from './options-view.js'

/** What the parts of a form need to be shown and answered. */
export interface FormState {
  answers: Answers
  isAsked: IsAsked
  /** Is given all answers anew, whenever one of them changes. */
  onAnswer: (answers: Answers) => void
  words: FormWords
  /** Sets ids of fields apart where two forms, or rows of one, stand on a page. */
  prefix?: string
  /** The row in which the items stand. */
  row?: Answers
}

/** Items of a form in their order: those that are asked, groups with what is in them. */
export function ItemsView({ items, state }: { items: readonly Item[]; state: FormState }) {
  return (
    <>
      {items
        .filter(item => state.isAsked(item, state.row))
        .map(item => (
          <ItemView key={item.linkId} item={item} state={state} />
        ))}
    </>
  )
}

function ItemView({ item, state }: { item: Item; state: FormState }) {
  if (item.type === 'display') return <p class="form-note">{item.text}</p>
  if (item.type !== 'group') return <QuestionView item={item} state={state} />
  if (item.repeats) return <RowsView item={item} state={state} />
  return (
    <GroupView title={item.text} items={item.items} state={state}>
      <ItemsView items={item.items} state={state} />
    </GroupView>
  )
}

/** Questions under a heading, with one press that says no to all that were not asked. */
export function GroupView({
  title,
  items,
  state,
  children,
}: {
  title: string
  /** The questions that "none of these" is about. */
  items: readonly Item[]
  state: FormState
  children: ComponentChildren
}) {
  const { answers, isAsked, onAnswer, words, row } = state
  const asked = items.filter(item => item.type === 'boolean' && isAsked(item, row))
  const open = asked.filter(({ linkId }) => answerTo(answers, linkId) === undefined)
  return (
    <fieldset class="form-group">
      <legend>{title}</legend>
      {children}
      {asked.length > 1 && (
        <button
          type="button"
          class="form-none"
          disabled={open.length === 0}
          aria-label={words.noneOfTheseOf(title)}
          onClick={() => onAnswer(answerNoToTheRest(answers, asked))}
        >
          {words.noneOfThese}
        </button>
      )}
    </fieldset>
  )
}

/** One question and its answer. */
export function QuestionView({ item, state }: { item: Item; state: FormState }) {
  const { answers, onAnswer, words, prefix = 'q' } = state
  const { linkId, type } = item
  const id = `${prefix}-${linkId}`
  const given = answers.values[linkId] ?? []
  const onChange = (values: readonly (boolean | number | string)[]) => onAnswer(withAnswers(answers, linkId, values))
  if (type === 'boolean') return <YesNoView id={id} item={item} value={given[0]} words={words} onChange={onChange} />
  if (type === 'choice') return <OptionsView id={id} item={item} values={given} words={words} onChange={onChange} />
  return <FieldView id={id} item={item} value={given[0]} words={words} onChange={onChange} />
}

/** A group that may be answered several times over. */
function RowsView({ item, state }: { item: Item; state: FormState }) {
  const { answers, onAnswer, words, prefix = 'q' } = state
  const { linkId, text, items } = item
  const rows = answers.rows[linkId] ?? []
  const change = (changed: readonly Answers[]) => onAnswer(withRows(answers, linkId, changed))
  return (
    <div class="form-rows">
      {rows.map((row, index) => (
        <fieldset class="form-group" key={index}>
          <legend>{words.row(text, index + 1)}</legend>
          <ItemsView
            items={items}
            state={{
              ...state,
              row,
              answers: row,
              prefix: `${prefix}-${linkId}-${index}`,
              onAnswer: changed => change(rows.with(index, changed)),
            }}
          />
          <button type="button" class="form-quiet" onClick={() => change(rows.toSpliced(index, 1))}>
            {words.removeRow(text, index + 1)}
          </button>
        </fieldset>
      ))}
      <button type="button" class="form-quiet" onClick={() => change([...rows, NO_ANSWERS])}>
        {words.addRow(text)}
      </button>
    </div>
  )
}
