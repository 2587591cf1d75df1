import { FUNCTIONS, isLoop } from './functions/table.js'
import type { Evidence, Scope } from './scope.js'
import type { Results } from './steps.js'
import { childNodes, functionOf, type SyntaxNode } from './syntax.js'
import { isNode, resourceOf, type Item } from './values.js'

/**
 * Notes, for whoever is being evaluated, the resources of the outermost parts that still held records: what was found,
 * not what was searched.
 */
export function noteEvidence(root: SyntaxNode, results: Results, scope: Scope): void {
  const frame = scope.state.frames.at(-1)
  if (frame) noteNarrowest(root, results, frame)
}

function noteNarrowest(node: SyntaxNode, results: Results, frame: Evidence): void {
  const found = results.get(node)
  if (found?.some(isOfResource)) frame.found.push(found)
  else if (!isFilter(node)) for (const part of partsOf(node)) noteNarrowest(part, results, frame)
}

const isOfResource = (item: Item): boolean => isNode(item) && resourceOf(item) !== undefined

const isFilter = (node: SyntaxNode): boolean => childNodes(node).some(child => FUNCTIONS.get(functionOf(child)?.name ?? '')?.keeps === true)

function partsOf(node: SyntaxNode): readonly SyntaxNode[] {
  const call = functionOf(node)
  if (!call) return childNodes(node)
  const row = FUNCTIONS.get(call.name)
  return row && isLoop(row) ? [] : call.argumentNodes
}
