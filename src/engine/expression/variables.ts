import type { Variable, Variables } from './scope.js'
import type { Step } from './steps.js'
import { nameWithoutQuotes, type SyntaxNode } from './syntax.js'
import { NOTHING } from './values.js'

/** Looks a variable up; again only when a plan asks that sees other variables. */
export function variable(node: SyntaxNode): Step {
  const name = variableName(node)
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
