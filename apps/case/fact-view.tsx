import type { ComponentChildren } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { Explanation } from '../../src/calls/explain-call.js'
import { FactsContext, useFacts } from '../shared/known-facts.js'
import { pageLanguage, wordsOf } from '../shared/language.js'
import { RefusedNote } from '../shared/refused-note.js'
import { OpenedRecord } from './opened-record.js'
import { resourceWords, type ResourceWords } from './resource-words.js'
import { caseWords } from './words.js'

/** Most resources of one fact that are read from the record. */
const MOST_READ = 6

/** A fact with its value; what it rests on is opened on demand. */
function FactView({ name, facts, above }: { name: string; facts: Facts; above: readonly string[] }) {
  const fact = facts[name]
  if (!fact || above.includes(name)) return null
  const { description, value, uses, resources } = fact
  const head = (
    <>
      {description} <strong class="fact-value">{valueWords(value)}</strong>
    </>
  )
  if (uses.length === 0 && resources.length === 0) return <li class="fact">{head}</li>
  return (
    <li class="fact">
      <Opened summary={head}>
        <Behind fact={fact} above={[...above, name]} />
      </Opened>
    </li>
  )
}

type Facts = Explanation['facts']

/** What a fact rests on: resources of the record, and further facts. */
function Behind({ fact: { resources, uses }, above }: { fact: Facts[string]; above: readonly string[] }) {
  const words = wordsOf(caseWords)
  return (
    <>
      {resources.length > 0 && (
        <>
          <p class="fact-head">{words.foundIn}</p>
          <ul class="sources">
            {resources.slice(0, MOST_READ).map(reference => (
              <ResourceView key={reference} reference={reference} />
            ))}
            {resources.length > MOST_READ && <li class="muted">{words.andMore(resources.length - MOST_READ)}</li>}
          </ul>
        </>
      )}
      {uses.length > 0 && (
        <>
          <p class="fact-head">{words.restsOn}</p>
          <Facts names={uses} above={above} />
        </>
      )}
    </>
  )
}

/** Facts by their names, those that are not told yet once they are. */
function Facts({ names, above }: { names: readonly string[]; above: readonly string[] }) {
  const words = wordsOf(caseWords)
  const known = useFacts(names)
  if (!known) return null
  const { facts, asked } = known
  const isLacking = names.some(name => facts[name] === undefined)
  return (
    <>
      <ul class="facts">
        {names.map(name => (
          <FactView key={name} name={name} facts={facts} above={above} />
        ))}
      </ul>
      {asked.isAsking && isLacking && (
        <p class="muted" role="status">
          {words.asking}
        </p>
      )}
      {asked.refused && <RefusedNote what={words.ask} refused={asked.refused} onAgain={asked.askAgain} />}
    </>
  )
}

/** What a condition rests on; of a single fact that says the same what that rests on. */
export function BehindCondition({ names }: { names: readonly string[] }) {
  const known = useContext(FactsContext)
  const [only] = names.length === 1 ? names.flatMap(name => known?.facts[name] ?? []) : []
  if (only && only.uses.length + only.resources.length > 0) return <Behind fact={only} above={names} />
  return <Facts names={names} above={NONE} />
}

const NONE: readonly string[] = []

/** What is made when it is opened for the first time: a fact may rest on hundreds. */
export function Opened({ summary, children }: { summary: ComponentChildren; children: ComponentChildren }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{summary}</summary>
      {isOpen && <div class="opened">{children}</div>}
    </details>
  )
}

/** A resource of the record in its own words. */
function ResourceView({ reference }: { reference: string }) {
  const words = wordsOf(caseWords)
  const read = useContext(OpenedRecord)
  const [told, setTold] = useState<ResourceWords>({})
  useEffect(() => {
    read(reference).then(
      resource => setTold(resourceWords(resource)),
      () => setTold({}),
    )
  }, [reference])
  const [type = ''] = reference.split('/')
  return (
    <li>
      <span class="source-type">{words.types[type] ?? type}</span> {told.text ?? ''}
      {told.date !== undefined && <span class="muted"> {dateWords(told.date)}</span>}
    </li>
  )
}

const REFERENCE = /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]+$/

/** A value in words; resources are told below it. */
function valueWords(value: readonly unknown[]): string {
  const words = wordsOf(caseWords)
  if (value.length === 0) return words.nothingFound
  if (value.every(each => typeof each === 'string' && REFERENCE.test(each))) return String(value.length)
  return value.map(each => partWords(each)).join(', ')
}

function partWords(value: unknown): string {
  const words = wordsOf(caseWords)
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (typeof value === 'number') return value.toLocaleString(pageLanguage())
  if (typeof value === 'string') return /^\d{4}-\d{2}-\d{2}/.test(value) ? dateWords(value) : value
  const { value: number, unit = '' } = (value ?? {}) as { value?: number; unit?: string }
  return number === undefined ? '…' : `${number.toLocaleString(pageLanguage())} ${unit}`.trim()
}

/** A day as it is written in the language of the page. */
export function dateWords(date: string): string {
  const [year = '', month, day] = date.slice(0, 10).split('-')
  if (month === undefined || day === undefined) return date
  return pageLanguage() === 'da' ? `${Number(day)}.${Number(month)}.${year}` : `${day}/${month}/${year}`
}
