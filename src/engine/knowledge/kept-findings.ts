import { keptTree, TreeKeeper, type KeptTrees } from '../expression/kept-trees.js'
import type { SyntaxNode } from '../expression/syntax.js'

/** What was found out of the expressions of knowledge, as JSON keeps it. */
export interface KeptExpressions {
  trees: KeptTrees
  /** Names of the variables that an expression uses, by what it is evaluated on and by its text. */
  variables: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

/** Gathers what is found out of expressions while they are checked. */
export class ExpressionKeeper {
  private readonly trees = new TreeKeeper()
  /** None where an expression uses other variables in another place. */
  private readonly variables = new Map<string, Map<string, readonly string[] | undefined>>()

  /** @param focus what the expression is evaluated on. */
  keep(source: string, tree: SyntaxNode, focus: string, variables: ReadonlySet<string>): void {
    this.trees.keep(source, tree)
    const bySource = this.variables.get(focus) ?? new Map<string, readonly string[] | undefined>()
    this.variables.set(focus, bySource)
    const names = [...variables]
    const before = bySource.get(source)
    bySource.set(source, bySource.has(source) && before?.join() !== names.join() ? undefined : names)
  }

  /** All that was gathered. */
  kept(): KeptExpressions {
    const variables = [...this.variables].map(([focus, bySource]) => [
      focus,
      Object.fromEntries([...bySource].filter(([, names]) => names !== undefined)),
    ])
    return { trees: this.trees.kept(), variables: Object.fromEntries(variables) as KeptExpressions['variables'] }
  }
}

/** What was found out of an expression before: all undefined where nothing was. */
export class ExpressionsFoundOut {
  constructor(private readonly kept: KeptExpressions) {}

  tree(source: string): SyntaxNode | undefined {
    return keptTree(this.kept.trees, source)
  }

  variables(source: string, focus: string): ReadonlySet<string> | undefined {
    const { [focus]: bySource = {} } = this.kept.variables
    return Object.hasOwn(bySource, source) ? new Set(bySource[source]) : undefined
  }
}

/** How what is known of expressions from before is used, and how it is kept for later. */
export interface Foreknowledge {
  expressions?: ExpressionsFoundOut | undefined
  /** Whether these very files, all of them, were checked before and nothing was found: what only looks for faults need not be done again. */
  isSound?: boolean
  /** What is found out now is handed to it. */
  keeper?: ExpressionKeeper | undefined
}
