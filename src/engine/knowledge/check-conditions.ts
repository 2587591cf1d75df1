import type { Library, PlanDefinition, PlanDefinitionAction } from 'fhir/r4.js'
import { areImpossible, claimsOf, type Claims, type FactTree } from '../expression/claims.js'
import { parseExpression, type SyntaxNode } from '../expression/syntax.js'
import type { FaultList } from '../model/faults.js'
import { memoised } from '../model/memoised.js'
import { writtenFacts } from './compile-facts.js'
import type { Knowledge } from './compile-knowledge.js'
import { inFhirPath } from './expressions.js'
import { ResourceIndex } from './resource-index.js'

/** A condition of an action or of one above it. */
interface Asked {
  expression: string
  claims: Claims
}

/**
 * Tells of conditions that no patient can meet or that every patient meets, as their syntax and that of their facts shows: alone,
 * or since the action or one above it asks for the opposite. Conditions of plans around are not looked at: a plan may stand in several.
 */
export function checkConditions({ files, profile }: Pick<Knowledge, 'files' | 'profile'>, faults: FaultList): void {
  const index = new ResourceIndex(files, profile.names.base)
  const [language] = profile.languages
  const treeOf = memoised(parseExpression)
  const treesOf = (resource: Library | PlanDefinition) =>
    writtenFacts(resource, language).map(({ name, expression }) => [name, () => treeOf(expression)] as const)
  const shared = index.every<Library>('Library').flatMap(({ resource }) => treesOf(resource))
  for (const { file, resource } of index.every<PlanDefinition>('PlanDefinition')) {
    const facts = new Map<string, () => SyntaxNode>([...shared, ...treesOf(resource)])
    const check = new ConditionCheck(file, faults, treeOf, name => facts.get(name)?.())
    check.actions(resource.action, 'PlanDefinition', [])
  }
}

class ConditionCheck {
  constructor(
    private readonly file: string,
    private readonly faults: FaultList,
    private readonly treeOf: (source: string) => SyntaxNode,
    private readonly factTree: FactTree,
  ) {}

  actions(actions: readonly PlanDefinitionAction[] = [], element: string, above: readonly Asked[]): void {
    for (const [index, action] of actions.entries()) this.action(action, `${element}.action[${index}]`, above)
  }

  private action({ condition = [], action: below }: PlanDefinitionAction, element: string, above: readonly Asked[]): void {
    const asked = [...above]
    for (const [index, { kind, expression: written }] of condition.entries()) {
      const expression = kind === 'applicability' ? inFhirPath(written)?.expression : undefined
      if (expression === undefined) continue
      const claims = this.claims(expression, `${element}.condition[${index}]`, asked)
      // Told once: what stands below is out of reach for the same reason.
      if (!claims) return
      asked.push({ expression, claims })
    }
    this.actions(below, element, asked)
  }

  /** What a condition claims; undefined where nobody can meet it together with those before it. */
  private claims(expression: string, element: string, before: readonly Asked[]): Claims | undefined {
    const tree = this.treeOf(expression)
    const claims = claimsOf(tree, true, this.factTree)
    const opposite = before.find(other => areImpossible(other.claims, claims))
    if (areImpossible(claims)) this.tell('CONDITION_CONSTANT', element, 'Nobody can meet the condition', expression)
    else if (areImpossible(claimsOf(tree, false, this.factTree)))
      this.tell('CONDITION_CONSTANT', element, 'The condition never says no; leave it out', expression)
    else if (opposite)
      this.tell('CONDITION_CONTRADICTED', element, `Nobody can meet the condition and this one: ${opposite.expression}`, expression)
    return opposite || areImpossible(claims) ? undefined : claims
  }

  private tell(code: 'CONDITION_CONSTANT' | 'CONDITION_CONTRADICTED', element: string, what: string, expression: string): void {
    this.faults.add(code, this.file, element, `${what}, in: ${expression}`)
  }
}
