import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { Explanation, ToldAction } from '../../src/calls/explain-call.js'
import { useLatest, type Latest } from './use-latest.js'

type Facts = Explanation['facts']

/** The facts that an action may rest on, as far as they are told by now. */
export interface KnownFacts {
  facts: Facts
  /** The explanation of the one action, which tells the facts behind facts too. */
  whole: Explanation | undefined
  asked: Pick<Latest<unknown>, 'isAsking' | 'refused' | 'askAgain'>
  /** Has it asked for, once. */
  want: () => void
}

/** What is known while nobody asks. */
export const FactsContext = createContext<KnownFacts | undefined>(undefined)

/**
 * The facts of one action: those that an explanation tells, and once somebody looks behind them, all.
 * @param askWhole asks why of that action alone.
 */
export function useFactsOf(action: ToldAction, facts: Facts, askWhole: (id: string) => Promise<Explanation>): KnownFacts {
  const [isWanted, setWanted] = useState(false)
  const asked = useLatest(isWanted ? async () => ({ beside: facts, whole: await askWhole(action.id) }) : undefined, [
    isWanted,
    facts,
    action.id,
  ])
  // What was told beside another explanation is of another question.
  const whole = asked.answer?.beside === facts ? asked.answer.whole : undefined
  return { facts: { ...facts, ...whole?.facts }, whole, asked, want: () => setWanted(true) }
}

/** The facts around, of which the named ones are asked for where they are not told. */
export function useFacts(names: readonly string[]): KnownFacts | undefined {
  const known = useContext(FactsContext)
  const isLacking = names.some(name => known?.facts[name] === undefined)
  useEffect(() => {
    if (isLacking) known?.want()
  }, [isLacking])
  return known
}
