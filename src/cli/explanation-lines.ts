import type { Explanation, ToldAction, ToldCondition } from '../cases/requests.js'
import { ANSWER_WIDTH, answerWord } from './answer-word.js'
import type { Teller } from './teller.js'

/** What of an explanation is told. */
export interface Depth {
  /** Whether also what does not apply. */
  isWhole: boolean
  /** Whether the facts behind each condition. */
  hasFacts: boolean
}

type Painter = Pick<Teller, 'paint'>

/** The tree of an explanation: plans, actions, conditions with their answers, and what these rest on. */
export function explanationLines(explanation: Explanation, depth: Depth, painter: Painter): string[] {
  const { service, clock, notRead, plans, response } = explanation
  const tree = new Tree(explanation, depth, painter)
  return [
    painter.paint('bold', `${service} on ${clock.today}: ${response.cards.length} card(s)`),
    ...notRead.map(({ key, reason }) => `  not read: ${key}: ${reason}`),
    ...plans.flatMap(({ title, actions }) => tree.plan(title, actions)),
  ]
}

class Tree {
  constructor(
    private readonly explanation: Explanation,
    private readonly depth: Depth,
    private readonly painter: Painter,
  ) {}

  private word = (answer: ToldCondition['answer']): string => answerWord(answer, this.painter)

  plan(title: string, actions: readonly ToldAction[]): string[] {
    const lines = this.actions(actions, '    ')
    return lines.length === 0 ? [] : [`  ${this.painter.paint('bold', title)}`, ...lines]
  }

  private actions(actions: readonly ToldAction[], indent: string): string[] {
    const told = actions.filter(action => this.isTold(action))
    const silent = actions.length - told.length
    return [
      ...told.flatMap(action => this.action(action, indent)),
      ...(silent === 0 ? [] : [`${indent}${this.painter.paint('dim', `${silent} more that do not apply (--all tells them)`)}`]),
    ]
  }

  /** What applies, cannot be told or failed; of the rest nothing but where all is asked for. */
  private isTold = (action: ToldAction): boolean =>
    this.depth.isWhole || (action.listensToHook && action.applies !== 'no') || action.actions.some(this.isTold)

  private action(action: ToldAction, indent: string): string[] {
    const { id, title = id, points = [], applies, conditions, onlyOnPage, actions, toldAt, noCardBecause } = action
    const card = this.explanation.response.cards.find(({ uuid }) => uuid === action.card)
    const within = `${indent}  `
    const about = [points.join(', '), id].filter(part => part !== '' && part !== title).join('; ')
    return [
      `${indent}${this.word(applies)}${title}${about === '' ? '' : ` (${about})`}`,
      ...(card ? [`${within}card: ${card.indicator}: ${card.summary}`] : []),
      ...(noCardBecause === undefined ? [] : [`${within}no card: ${noCardBecause}`]),
      ...[...conditions, ...(onlyOnPage ? [onlyOnPage] : [])].flatMap(condition => this.condition(condition, within)),
      ...(toldAt === undefined ? [] : [`${within}what is below stands at ${toldAt}`]),
      ...this.actions(actions, within),
    ]
  }

  private condition(
    { answer, description, expression, facts, resources, moreResources = 0, error }: ToldCondition,
    indent: string,
  ): string[] {
    const within = `${indent}${' '.repeat(ANSWER_WIDTH)}`
    return [
      `${indent}${this.word(answer)}${description === '' ? expression : description}${error === undefined ? '' : ` [${error}]`}`,
      ...(this.depth.hasFacts
        ? [
            ...(['', expression].includes(description) ? [] : [`${within}${this.painter.paint('dim', expression)}`]),
            ...this.from(resources, moreResources, within),
            ...facts.flatMap(name => this.fact(name, within, [])),
          ]
        : []),
    ]
  }

  /** A fact with its value, where it came from, and the facts it uses, each once on a way. */
  private fact(name: string, indent: string, way: readonly string[]): string[] {
    const fact = this.explanation.facts[name]
    if (!fact) return []
    const { value, moreValues = 0, description, resources, moreResources = 0, uses, error } = fact
    const more = moreValues > 0 ? ` and ${moreValues} more` : ''
    const shown = error ?? (value.length === 0 ? 'nothing' : value.map(each => JSON.stringify(each)).join(', '))
    return [
      `${indent}%${name} = ${shown}${more}${description === '' ? '' : `  (${description})`}`,
      ...this.from(resources, moreResources, `${indent}  `),
      ...uses.filter(used => !way.includes(used)).flatMap(used => this.fact(used, `${indent}  `, [...way, name])),
    ]
  }

  private from(resources: readonly string[], more: number, indent: string): string[] {
    return resources.length === 0 ? [] : [`${indent}from ${resources.join(', ')}${more > 0 ? ` and ${more} more` : ''}`]
  }
}
