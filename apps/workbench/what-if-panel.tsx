import { useState } from 'preact/hooks'
import { wordsOf } from '../shared/language.js'
import type { HookRequestBody } from '../shared/service.js'
import type { QuestionTexts } from './question-texts.js'
import { labelOf } from './resource-label.js'
import { leavesOf, removalOf, sentResources, withEdit, withoutEdit, type Edit, type Leaf, type SentResource } from './what-if.js'
import { workbenchWords } from './words.js'

/** What is tried: changes of what the service was told, and another instant. */
export interface Trial {
  edits: readonly Edit[]
  /** Local date and time as a form field gives it; empty for the service's own clock. */
  now: string
}

export const NO_TRIAL: Trial = { edits: [], now: '' }

/** Whether nothing is tried. */
export const isNone = ({ edits, now }: Trial): boolean => edits.length === 0 && now === ''

interface WhatIfProps {
  request: HookRequestBody
  trial: Trial
  questions: QuestionTexts
  onChange: (trial: Trial) => void
}

/** What the service was told, each value to be changed, and its clock. */
export function WhatIfPanel({ request, trial, questions, onChange }: WhatIfProps) {
  const words = wordsOf(workbenchWords).whatIf
  const resources = sentResources(request)
  return (
    <>
      <p class="wb-hint">{words.lead}</p>
      <label class="wb-field">
        <span>{words.clock}</span>
        <input type="datetime-local" value={trial.now} onInput={({ currentTarget }) => onChange({ ...trial, now: currentTarget.value })} />
      </label>
      <Tried trial={trial} resources={resources} onChange={onChange} />
      <h4>{words.resources}</h4>
      {resources.length === 0 && <p class="wb-hint">{words.noResources}</p>}
      <ul class="wb-sent">
        {resources.map(sent => (
          <li key={sent.reference}>
            <SentItem sent={sent} trial={trial} questions={questions} onChange={onChange} />
          </li>
        ))}
      </ul>
    </>
  )
}

/** What is tried, each with a way back. */
export function Tried({
  trial,
  resources,
  onChange,
}: {
  trial: Trial
  resources: readonly SentResource[]
  onChange: (trial: Trial) => void
}) {
  const words = wordsOf(workbenchWords).whatIf
  if (isNone(trial)) return null
  const chips = [
    ...(trial.now === '' ? [] : [{ text: words.clockIs(trial.now.replace('T', ' ')), without: { ...trial, now: '' } }]),
    ...trial.edits.map(edit => ({
      text: editText(edit, resources, words),
      without: { ...trial, edits: withoutEdit(trial.edits, edit.path) },
    })),
  ]
  return (
    <div class="wb-tried">
      <p>
        <strong>{words.changes(chips.length)}</strong>
      </p>
      <ul class="wb-chips">
        {chips.map(({ text, without }) => (
          <li key={text}>
            <span>{text}</span>
            <button type="button" aria-label={words.undo(text)} onClick={() => onChange(without)}>
              ×
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="wb-quiet" onClick={() => onChange(NO_TRIAL)}>
        {words.reset}
      </button>
    </div>
  )
}

function editText(
  { path, value }: Edit,
  resources: readonly SentResource[],
  words: { change: (a: string, b: string) => string; leftOut: (what: string) => string; yes: string; no: string },
): string {
  const of = resources.find(sent => path.join('/').startsWith(sent.path.join('/')) || sent.path.join('/').startsWith(`${path.join('/')}/`))
  const what = of ? (labelOf(of.resource) ?? of.reference) : String(path.at(-1))
  if (value === undefined) return words.leftOut(what)
  const name = path
    .slice(of?.path.length ?? 0)
    .filter(part => typeof part === 'string')
    .at(-1)
  const said = typeof value === 'boolean' ? words[value ? 'yes' : 'no'] : String(value)
  return words.change(`${what}, ${name ?? ''}`, said)
}

interface SentProps {
  sent: SentResource
  trial: Trial
  questions: QuestionTexts
  onChange: (trial: Trial) => void
}

function SentItem({ sent, trial, questions, onChange }: SentProps) {
  const words = wordsOf(workbenchWords).whatIf
  const [isOpen, setOpen] = useState(false)
  const { resource, reference } = sent
  const removal = removalOf(sent)
  const isLeftOut = trial.edits.some(({ path, value }) => value === undefined && path.join('/') === removal.path.join('/'))
  return (
    <details class={`wb-opens${isLeftOut ? ' is-left-out' : ''}`} onToggle={({ currentTarget }) => currentTarget.open && setOpen(true)}>
      <summary>
        <span class="wb-title">{labelOf(resource) ?? reference}</span>
        <span class="wb-hint">{resource.resourceType}</span>
      </summary>
      {isOpen && (
        <div class="wb-opened">
          <Leaves sent={sent} trial={trial} questions={questions} onChange={onChange} />
          {resource.resourceType !== 'Patient' && (
            <label class="wb-check">
              <input
                type="checkbox"
                checked={isLeftOut}
                onChange={() =>
                  onChange({ ...trial, edits: isLeftOut ? withoutEdit(trial.edits, removal.path) : withEdit(trial.edits, removal) })
                }
              />
              {words.leaveOut}
            </label>
          )}
        </div>
      )}
    </details>
  )
}

function Leaves({ sent, trial, questions, onChange }: SentProps) {
  const words = wordsOf(workbenchWords).whatIf
  const leaves = leavesOf(sent)
  if (leaves.length === 0) return <p class="wb-hint">{words.none(sent.reference)}</p>
  return (
    <>
      {leaves.map(leaf => {
        const at = leaf.path.join('/')
        const edit = trial.edits.find(({ path, value }) => value !== undefined && path.join('/') === at)
        const set = (value: string | number | boolean) =>
          onChange({
            ...trial,
            edits: value === leaf.value ? withoutEdit(trial.edits, leaf.path) : withEdit(trial.edits, { path: leaf.path, value }),
          })
        return <LeafField key={at} leaf={leaf} value={edit?.value ?? leaf.value} label={labelOfLeaf(leaf, questions)} onSet={set} />
      })}
    </>
  )
}

const labelOfLeaf = ({ name, question }: Leaf, questions: QuestionTexts): string =>
  question === undefined ? name : (questions.get(question) ?? question)

interface LeafProps {
  leaf: Leaf
  value: string | number | boolean
  label: string
  onSet: (value: string | number | boolean) => void
}

function LeafField({ leaf, value, label, onSet }: LeafProps) {
  const words = wordsOf(workbenchWords).whatIf
  if (leaf.kind === 'boolean')
    return (
      <label class="wb-field wb-leaf">
        <span>{label}</span>
        <select value={String(value)} onChange={({ currentTarget }) => onSet(currentTarget.value === 'true')}>
          <option value="true">{words.yes}</option>
          <option value="false">{words.no}</option>
        </select>
      </label>
    )
  const isDate = leaf.kind === 'date'
  const shared = {
    value: isDate ? String(value).slice(0, 10) : String(value),
    onChange: ({ currentTarget: { value: typed } }: { currentTarget: HTMLInputElement }) => {
      if (typed !== '') onSet(typedValue(leaf, typed))
    },
  }
  return (
    <label class="wb-field wb-leaf">
      <span>{label}</span>
      {isDate && <input type="date" {...shared} />}
      {leaf.kind === 'number' && <input type="number" step="any" {...shared} />}
      {leaf.kind === 'text' && <input type="text" {...shared} />}
    </label>
  )
}

/** What was typed in the shape of what it changes: a day keeps its time of day. */
function typedValue({ kind, value }: Leaf, typed: string): string | number {
  if (kind === 'number') return Number(typed)
  return kind === 'date' ? `${typed}${String(value).slice(10)}` : typed
}
