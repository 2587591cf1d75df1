import { useState } from 'preact/hooks'
import { wordsOf } from '../shared/language.js'
import { Json, Opens } from './action-view.js'
import type { Call } from './call.js'
import { workbenchWords } from './words.js'

/** Request and answer as they went over the wire, and the times. */
export function RawPanel({ call: { request, response, explanation, times } }: { call: Call }) {
  const words = wordsOf(workbenchWords).raw
  const rows = [
    [words.read, times.read],
    [words.call, times.call],
    [words.explain, times.explain],
  ] as const
  return (
    <>
      <table class="wb-times">
        <caption>{words.times}</caption>
        <tbody>
          {rows.map(
            ([name, ms]) =>
              ms !== undefined && (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{words.ms(ms)}</td>
                </tr>
              ),
          )}
          {times.server !== undefined && (
            <tr>
              <th scope="row">{words.server}</th>
              <td>{times.server}</td>
            </tr>
          )}
        </tbody>
      </table>
      <Raw label={words.request} value={request} />
      <Raw label={words.response} value={response} />
      {explanation && <Raw label={words.explanation} value={explanation} />}
    </>
  )
}

function Raw({ label, value }: { label: string; value: unknown }) {
  const words = wordsOf(workbenchWords).raw
  const [isCopied, setCopied] = useState(false)
  const text = JSON.stringify(value, null, 2)
  const kB = (JSON.stringify(value).length / 1000).toFixed(1)
  return (
    <Opens
      label={
        <>
          <span class="wb-title">{label}</span>
          <span class="wb-hint">{words.size(kB)}</span>
        </>
      }
    >
      {() => (
        <>
          <button type="button" class="wb-quiet" onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>
            {isCopied ? words.copied : words.copy}
          </button>
          <Json value={value} label={label} />
        </>
      )}
    </Opens>
  )
}
