import type { CompiledSource } from '../engine/knowledge/compiled.js'
import { type CardPlace, shownBelow, type Shown } from './catalogue.js'
import { estimatesOf, type Estimate } from './estimates.js'
import { gradeOf, type Grade } from './grade.js'
import type { PageContext } from './page-context.js'
import { conditionsOf, markdownOf, nameOf, titleOf } from './texts.js'
import { rationaleOf } from './rationale.js'

/** A document, and the section of it, that a statement rests on. */
export interface Source {
  document: string
  section: string | undefined
  year: string
  standing: string | undefined
  publisher: string
  url: string | undefined
}

/** Something that an action says, with all that is said below it. */
export interface Statement {
  /** Ids by which a link leads here: the action's, and those of decision points that speak here first. */
  anchors: readonly string[]
  points: readonly string[]
  title: string | undefined
  /** Markdown. */
  text: string | undefined
  grade: Grade | undefined
  sources: readonly Source[]
  conditions: readonly string[]
  estimates: readonly Estimate[]
  rationale: string | undefined
  below: readonly Statement[]
  /** What it can propose instead of saying something. */
  proposal: Proposal | undefined
}

/** A draft, a form or a change of orders that the card offers. */
export interface Proposal {
  name: string
  /** Id of the definition of what is proposed, where there is one. */
  activity: string | undefined
}

/** Everything that the page of a card holds, in one language. */
export interface Recommendation {
  place: CardPlace
  title: string
  statement: Statement
}

/** Reads a card and all below it. */
export function recommendationOf(place: CardPlace, context: PageContext): Recommendation {
  const taken = new Set<string>()
  return { place, title: titleOf(place, context) ?? nameOf(place, context), statement: statementOf(place, context, taken) }
}

/** @param taken anchors that stand above already; those of the statement are added. */
function statementOf(shown: Shown, context: PageContext, taken: Set<string>): Statement {
  const { action, plan, gates } = shown
  const anchors = [action.id, ...action.points].filter(id => !taken.has(id))
  anchors.forEach(id => taken.add(id))
  return {
    anchors,
    points: action.points,
    title: titleOf(shown, context),
    text: markdownOf(shown, context),
    grade: gradeOf(action.resource, context),
    sources: action.sources.flatMap(source => (source ? [sourceIn(source, context)] : [])),
    conditions: conditionsOf([...gates, shown], context),
    estimates: estimatesOf(action.resource, plan.language, context),
    rationale: rationaleOf(shown, context),
    below: shownBelow(shown).map(below => statementOf(below, context, taken)),
    proposal: proposalOf(shown, context),
  }
}

function sourceIn({ document, section, year, standing, publisher, url }: CompiledSource, { say }: PageContext): Source {
  return { document: say(document) ?? '', section: say(section), year, standing: say(standing), publisher, url }
}

function proposalOf(shown: Shown, context: PageContext): Proposal | undefined {
  const { definition, orders } = shown.action
  if (definition?.kind === 'activity') return { name: nameOf(shown, context), activity: definition.activity.resource.id }
  const isProposal = definition?.kind === 'questionnaire' || definition?.kind === 'uri' || orders !== undefined
  return isProposal ? { name: nameOf(shown, context), activity: undefined } : undefined
}

/** A statement and all below it. */
export const statementsWithin = (statement: Statement): Statement[] => [statement, ...statement.below.flatMap(statementsWithin)]

/** How the statements below a card are laid out on its page. */
export interface Layout {
  /** What the card's own document says, and what rests on none. */
  lines: readonly Statement[]
  /** Statements that recommend nothing, by the heading of their kind. */
  sections: readonly { heading: string; lines: readonly Statement[] }[]
  /** What other documents say. */
  elsewhere: readonly Statement[]
  suggestions: readonly Statement[]
  /** Statements with evidence, wherever they stand. */
  evidence: readonly Statement[]
  /** Every section of every document, each once. */
  sources: readonly Source[]
}

/** Sorts what stands below a card into the sections of its page. */
export function layoutOf({ statement }: Recommendation): Layout {
  const all = statementsWithin(statement)
  const said = statement.below.filter(({ proposal, estimates }) => !proposal && estimates.length === 0)
  const own = statement.sources[0]?.document
  const isElsewhere = ({ sources: [first] }: Statement) => own !== undefined && first !== undefined && first.document !== own
  const here = said.filter(line => !isElsewhere(line))
  const headings = [...new Set(here.flatMap(({ grade }) => grade?.section ?? []))]
  return {
    lines: here.filter(({ grade }) => grade?.section === undefined),
    sections: headings.map(heading => ({ heading, lines: here.filter(({ grade }) => grade?.section === heading) })),
    elsewhere: said.filter(isElsewhere),
    suggestions: all.filter(({ proposal }) => proposal),
    evidence: all.filter(({ estimates }) => estimates.length > 0),
    sources: distinct(all.flatMap(({ sources }) => sources)),
  }
}

const distinct = (sources: readonly Source[]): Source[] => [
  ...new Map(sources.map(source => [`${source.document} ${source.year} ${source.section}`, source] as const)).values(),
]
