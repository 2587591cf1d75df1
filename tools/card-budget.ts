// What cards ask of their readers, over the answers to all clinical cases, and what is beyond a limit.
// --plan <id> tells of the overruns of one applied plan; --cases <pattern> answers only the cases whose `file: name`
// matches, now; --record <file> reads another record of answers than that of the knowledge as it is.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { actionFinder, measuredAnswers, overruns, type AnswerKind, type MeasuredAnswer, type Overrun } from '../src/cases/card-budget.js'
import { recordCases, type Recording } from '../src/cases/record.js'
import { cases, loaded, runner } from '../test/support/cases.js'
import { recordedPass } from '../test/support/recorded.js'

/** How fast text on a screen is read: 3,800 characters take two and a half minutes. */
const CHARACTERS_A_SECOND = 25

const { values } = parseArgs({ options: { plan: { type: 'string' }, cases: { type: 'string' }, record: { type: 'string' } } })

const nameOf = ({ file, case: { name } }: (typeof cases)[number]): string => `${file}: ${name}`

async function answersOf(): Promise<{ recording: Recording; names: readonly string[] }> {
  if (values.record !== undefined) return { recording: JSON.parse(readFileSync(values.record, 'utf8')) as Recording, names: [] }
  if (values.cases === undefined) return { recording: (await recordedPass()).recording, names: cases.map(nameOf) }
  const chosen = cases.filter(each => new RegExp(values.cases ?? '').test(nameOf(each)))
  return { recording: await recordCases(runner, chosen), names: chosen.map(nameOf) }
}

/** The value that a part of some values is at most. */
function quantile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? 0
}

const spread = (numbers: readonly number[]): string =>
  `median ${quantile(numbers, 0.5)}, p90 ${quantile(numbers, 0.9)}, max ${quantile(numbers, 1)}`

function told(kind: AnswerKind, answers: readonly MeasuredAnswer[]): string[] {
  const all = answers.filter(each => each.kind === kind)
  const spoken = all.filter(({ cards }) => cards.length > 0)
  const characters = spoken.map(each => each.characters)
  const longest = spoken.find(each => each.characters === quantile(characters, 1))
  return [
    `${kind}: ${all.length} answers, ${spoken.length} with a card (${Math.round((100 * spoken.length) / Math.max(1, all.length))} %); of these:`,
    `  characters  ${spread(characters)}`,
    `  seconds     ${spread(characters.map(each => Math.round(each / CHARACTERS_A_SECOND)))} (${CHARACTERS_A_SECOND} characters a second)`,
    `  cards       ${spread(spoken.map(({ cards }) => cards.length))}`,
    `  bullets     ${spread(spoken.map(({ bullets }) => bullets))}`,
    ...(longest ? [`  longest     ${longest.name}`] : []),
  ]
}

/** What is beyond which limit, where: an action of a plan, or the whole answers of a kind. */
const placeOf = ({ plans, action, of }: Overrun): string =>
  of === 'cards' || of === 'characters' ? `whole answer, ${action}: ${of}` : `${plans.join()}/${action}: ${of}`

/** One line a limit that an action, or a kind of answers, is beyond, with the worst case. */
function lines(found: readonly Overrun[]): string[] {
  return [...new Set(found.map(placeOf))].sort().map(place => {
    const all = found.filter(each => placeOf(each) === place)
    const worst = all.reduce((one, other) => (other.found > one.found ? other : one))
    return `${place} ${worst.found} of ${worst.limit} in ${all.length} case(s), such as ${worst.case}`
  })
}

const { recording, names } = await answersOf()
const member = loaded.knowledge.terminology.names.card.knowledge
const answers = measuredAnswers(recording, names, loaded.services)
const found = overruns(answers, loaded.knowledge, actionFinder(recording, member)).filter(
  ({ plans }) => values.plan === undefined || plans.includes(values.plan),
)
const kinds = ['patient-view', 'encounter-start', 'order'] as const
process.stdout.write([...kinds.flatMap(kind => told(kind, answers)), '', ...lines(found), `${found.length} overrun(s)`, ''].join('\n'))
