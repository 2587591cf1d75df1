import type { Scope, Variable, Variables } from './scope.js'
import type { Step } from './steps.js'
import { nameWithoutQuotes, type SyntaxNode } from './syntax.js'
import type { Test } from './tests.js'
import { NOTHING, truth, type Collection } from './values.js'

/** What a variable stands for. */
export const variable = (node: SyntaxNode): Step => valueOf(variableName(node))

/** What a variable stands for, as a truth value. */
export function variableTest(node: SyntaxNode): Test {
  const value = valueOf(variableName(node))
  return scope => truth(value(scope))
}

/** Looks a variable up; again only when a plan asks that sees other variables. */
function valueOf(name: string): (scope: Scope) => Collection {
  let seen: Variables | undefined
  let found: Variable | undefined
  return scope => {
    if (scope.variables !== seen) {
      seen = scope.variables
      found = seen.find(name)
    }
    if (!found) return NOTHING
    const { known, evidence } = scope.state
    return (evidence ? undefined : known[found.place]) ?? found.valueIn(scope)
  }
}

export const variableName = (node: SyntaxNode): string => nameWithoutQuotes(node.delimitedText ?? node.text ?? '')
