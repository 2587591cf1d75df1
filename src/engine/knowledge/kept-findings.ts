import { keptTree, TreeKeeper, type KeptTrees } from '../expression/kept-trees.js'
import type { SyntaxNode } from '../expression/syntax.js'

/** What was found out of knowledge, as JSON keeps it. */
export interface KeptFindings {
  trees: KeptTrees
  /** Names of the variables that an expression uses, by what it is evaluated on and by its text. */
  variables: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  /** Search templates with the codes of their value sets, by the requirement that they were derived of, as it is written. */
  templates: Readonly<Record<string, string>>
}

/** Gathers what is found out of knowledge while it is checked. */
export class FindingsKeeper {
  private readonly trees = new TreeKeeper()
  /** None where an expression uses other variables in another place. */
  private readonly variables = new Map<string, Map<string, readonly string[] | undefined>>()

  private readonly templates = new Map<string, string>()

  /** @param focus what the expression is evaluated on. */
  keepExpression(source: string, tree: SyntaxNode, focus: string, variables: ReadonlySet<string>): void {
    this.trees.keep(source, tree)
    const bySource = this.variables.get(focus) ?? new Map<string, readonly string[] | undefined>()
    this.variables.set(focus, bySource)
    const names = [...variables]
    const before = bySource.get(source)
    bySource.set(source, bySource.has(source) && before?.join() !== names.join() ? undefined : names)
  }

  /** @param requirement as it is written. */
  keepTemplate(requirement: string, template: string): void {
    this.templates.set(requirement, template)
  }

  /** All that was gathered. */
  kept(): KeptFindings {
    const variables = [...this.variables].map(([focus, bySource]) => [
      focus,
      Object.fromEntries([...bySource].filter(([, names]) => names !== undefined)),
    ])
    return {
      trees: this.trees.kept(),
      variables: Object.fromEntries(variables) as KeptFindings['variables'],
      templates: Object.fromEntries(this.templates),
    }
  }
}

/** What was found out of an expression or a requirement before: all undefined where nothing was. */
export class FoundBefore {
  constructor(private readonly kept: KeptFindings) {}

  tree(source: string): SyntaxNode | undefined {
    return keptTree(this.kept.trees, source)
  }

  variables(source: string, focus: string): ReadonlySet<string> | undefined {
    const { [focus]: bySource = {} } = this.kept.variables
    return Object.hasOwn(bySource, source) ? new Set(bySource[source]) : undefined
  }

  /** @param requirement as it is written. */
  template(requirement: string): string | undefined {
    return Object.hasOwn(this.kept.templates, requirement) ? this.kept.templates[requirement] : undefined
  }
}

/** How what is known of knowledge from before is used, and how it is kept for later. */
export interface Foreknowledge {
  found?: FoundBefore | undefined
  /** Whether these very files, all of them, were checked before and nothing was found: what only looks for faults need not be done again. */
  isSound?: boolean
  /** What is found out now is handed to it. */
  keeper?: FindingsKeeper | undefined
}
