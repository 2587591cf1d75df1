import type { Certainty, Grade } from './grade.js'
import type { PageContext } from './page-context.js'

const THUMB =
  'M7 10v11H3.6A1.6 1.6 0 0 1 2 19.4v-7.8A1.6 1.6 0 0 1 3.6 10H7Zm2 0 4-8.2c1.7 0 3 1.3 3 3V9h4.2c1.3 0 2.3 1.2 2 2.5l-1.6 7.6a2.4 2.4 0 0 1-2.4 1.9H9V10Z'

/** A thumb up or down, filled where the recommendation is strong; words stand beside it. */
export function Thumb({ grade: { direction, isStrong } }: { grade: Grade }) {
  if (direction === undefined) return null
  return (
    <svg class={`thumb ${direction}`} viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path
        d={THUMB}
        fill={isStrong ? 'currentColor' : 'none'}
        stroke="currentColor"
        stroke-width="1.6"
        stroke-linejoin="round"
        {...(direction === 'against' && { transform: 'rotate(180 12 12)' })}
      />
    </svg>
  )
}

/** Four dots, filled as far as the evidence is certain; words stand beside them. */
export function Dots({ certainty: { dots } }: { certainty: Certainty }) {
  return (
    <svg class="dots" viewBox="0 0 58 14" width="58" height="14" aria-hidden="true">
      {[0, 1, 2, 3].map(place => (
        <circle cx={7 + place * 14.5} cy="7" r="5" fill={place < dots ? 'currentColor' : 'none'} stroke="currentColor" stroke-width="1.4" />
      ))}
    </svg>
  )
}

/** Strength and certainty of a card, with what they mean. */
export function GradePanel({ grade, context: { words } }: { grade: Grade; context: PageContext }) {
  const { certainty, isGraded } = grade
  const absent = isGraded ? [words.notStated, words.notStatedMeaning] : [words.notGraded, words.notGradedMeaning]
  return (
    <dl class="grade">
      <div>
        <dt>{words.recommendation}</dt>
        <dd>
          <p class="grade-words">
            <Thumb grade={grade} />
            <strong>{grade.strength}</strong>
          </p>
          {grade.meaning && <p class="muted">{grade.meaning}</p>}
        </dd>
      </div>
      <div>
        <dt>{words.confidence}</dt>
        <dd>
          <p class="grade-words">
            {certainty && <Dots certainty={certainty} />}
            <strong>{certainty ? certainty.words : absent[0]}</strong>
          </p>
          <p class="muted">{certainty ? certainty.meaning : absent[1]}</p>
        </dd>
      </div>
    </dl>
  )
}

/** A grade in a few words beside a line. */
export function GradeTag({ grade, context: { words } }: { grade: Grade; context: PageContext }) {
  return (
    <span class={`tag ${grade.direction ?? 'neutral'}`}>
      <Thumb grade={grade} />
      {grade.strength}
      {grade.certainty && (
        <>
          {' · '}
          <span class="visually-hidden">{`${words.confidence}: `}</span>
          {grade.certainty.words} <Dots certainty={grade.certainty} />
        </>
      )}
    </span>
  )
}
