import type { CdsResponse } from '../../src/cds-hooks/types.js'
import { CardList } from '../shared/card-list.js'
import { wordsOf } from '../shared/language.js'
import { startBackWords } from './words.js'

/** What the risk card tells programs. */
interface RiskScore {
  total?: number
  distressSubscore?: number
  risk?: string
  incomplete?: boolean
  /** Those not answered, by their numbers: `3,9`. */
  unansweredItems?: string
}

/** Under which a card has it; a name that other programs rely on too. */
const EXTENSION = 'org.columna.start-back'

const scoreIn = ({ cards }: CdsResponse): RiskScore | undefined =>
  cards.map(({ extension }) => extension?.[EXTENSION] as RiskScore | undefined).find(score => score !== undefined)

const MOST_TOTAL = 9
const MOST_SUBSCORE = 5

/** Score and group as the service answers them, and its cards. */
export function Score({ response, isWithAnswers }: { response: CdsResponse; isWithAnswers: boolean }) {
  const words = wordsOf(startBackWords)
  const score = scoreIn(response)
  return (
    <>
      <p class="muted score-of">{isWithAnswers ? words.withAnswers : words.inRecord}</p>
      <div role="status">
        {score?.risk !== undefined && (
          <div class={`score is-${score.risk}`}>
            <p class="risk">{words.risks[score.risk] ?? score.risk}</p>
            {score.unansweredItems !== undefined && <p class="risk-of">{words.incompleteSame(score.unansweredItems.split(','))}</p>}
            <dl>
              <Measure label={words.total} value={score.total} most={MOST_TOTAL} />
              <Measure label={words.subscore} value={score.distressSubscore} most={MOST_SUBSCORE} />
            </dl>
          </div>
        )}
        {score?.risk === undefined && <p class="score">{score?.incomplete === true ? words.incomplete : words.noScore}</p>}
      </div>
      <h3 class="score-advice">{words.advice}</h3>
      <CardList cards={response.cards} fresh={new Set()} />
    </>
  )
}

function Measure({ label, value, most }: { label: string; value: number | undefined; most: number }) {
  if (value === undefined) return null
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <span class="steps" aria-hidden="true">
          {Array.from({ length: most }, (_, index) => (
            <span key={index} class={index < value ? 'step is-full' : 'step'} />
          ))}
        </span>
        {wordsOf(startBackWords).of(value, most)}
      </dd>
    </div>
  )
}
