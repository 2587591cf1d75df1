import type { ActionView, KnowledgeView, PlanView } from './knowledge.js'

/** A point of the graph: a hook, a plan, a recommendation, a form or a proposal. */
export interface GraphNode {
  id: string
  kind: 'hook' | 'plan' | 'action' | 'lines' | 'form' | 'proposal'
  label: string
  column: number
  row: number
}

/** Something that leads to another. */
export interface GraphEdge {
  from: string
  to: string
}

/** A graph in columns, laid out. */
export interface Graph {
  nodes: readonly GraphNode[]
  edges: readonly GraphEdge[]
  columns: number
  rows: number
}

type Draft = Omit<GraphNode, 'row'>

/** All plans: from hooks to the plans that they apply, and from those to what they use. */
export function wholeGraph(knowledge: KnowledgeView): Graph {
  const applied = knowledge.plans.filter(({ isApplied }) => isApplied)
  const nodes: Draft[] = []
  const edges: GraphEdge[] = []
  for (const plan of applied) {
    const own = `PlanDefinition/${plan.id}`
    nodes.push({ id: own, kind: 'plan', label: plan.title, column: 1 })
    for (const hook of hooksOf(plan)) edges.push({ from: `${HOOK}${hook}`, to: own })
    for (const used of usesOf(plan.actions)) edges.push({ from: own, to: used })
  }
  return laidOut([...hookNodes(edges), ...nodes, ...usedNodes(edges, nodes, knowledge, 2)], edges)
}

/** One plan: from hooks to its recommendations, and from those to what they use. */
export function planGraph(plan: PlanView, knowledge: KnowledgeView): Graph {
  const nodes: Draft[] = []
  const edges: GraphEdge[] = []
  for (const action of plan.actions) {
    const own = `action/${action.id}`
    nodes.push({ id: own, kind: 'action', label: action.title ?? action.id, column: 1 })
    for (const hook of action.hooks) edges.push({ from: `${HOOK}${hook}`, to: own })
    for (const used of usesOf([action])) edges.push({ from: own, to: used })
  }
  return laidOut([...hookNodes(edges), ...nodes, ...usedNodes(edges, nodes, knowledge, 2)], edges)
}

const hooksOf = ({ actions }: PlanView): string[] => [...new Set(actions.flatMap(({ hooks }) => hooks))]

/** What actions use, themselves or within. */
function usesOf(actions: readonly ActionView[]): string[] {
  const walk = (each: ActionView): string[] => [...(each.uses === undefined ? [] : [each.uses]), ...each.actions.flatMap(walk)]
  return [...new Set(actions.flatMap(walk))]
}

/** What the ids of hooks begin with. */
const HOOK = 'hook/'

function hookNodes(edges: readonly GraphEdge[]): Draft[] {
  const hooks = new Set(edges.flatMap(({ from }) => (from.startsWith(HOOK) ? [from] : [])))
  return [...hooks].sort().map(id => ({ id, kind: 'hook', label: id.slice(HOOK.length), column: 0 }))
}

const KINDS: Readonly<Record<string, GraphNode['kind']>> = { PlanDefinition: 'lines', Questionnaire: 'form' }

function usedNodes(edges: readonly GraphEdge[], nodes: readonly Draft[], { titles }: KnowledgeView, column: number): Draft[] {
  const known = new Set(nodes.map(({ id }) => id))
  const used = [...new Set(edges.map(({ to }) => to))].filter(to => !known.has(to))
  return used.map(id => ({ id, kind: KINDS[id.split('/')[0] ?? ''] ?? 'proposal', label: titles.get(id) ?? id, column }))
}

/** Gives each a row: those of later columns near what leads to them, so that few lines cross. */
function laidOut(drafts: readonly Draft[], edges: readonly GraphEdge[]): Graph {
  const columns = Math.max(0, ...drafts.map(({ column }) => column)) + 1
  const nodes: GraphNode[] = []
  const placed = new Map<string, number>()
  const middle = drafts.filter(({ column }) => column === 1)
  middle.forEach(({ id }, index) => placed.set(id, index))
  for (const column of [1, 0, 2]) {
    const own = drafts.filter(draft => draft.column === column)
    const sorted = column === 1 ? own : [...own].sort((one, other) => centreOf(one.id, edges, placed) - centreOf(other.id, edges, placed))
    // The shorter columns are spread over the height of the longest.
    const step = Math.max(1, (middle.length - 1) / Math.max(1, sorted.length - 1))
    sorted.forEach((draft, index) =>
      nodes.push({ ...draft, row: column === 1 ? index : spread(index, sorted.length, step, middle.length) }),
    )
  }
  return { nodes, edges, columns, rows: Math.max(0, ...nodes.map(({ row }) => row)) + 1 }
}

const spread = (index: number, count: number, step: number, height: number): number => (count === 1 ? (height - 1) / 2 : index * step)

function centreOf(id: string, edges: readonly GraphEdge[], placed: ReadonlyMap<string, number>): number {
  const rows = edges.flatMap(({ from, to }) => (to === id ? (placed.get(from) ?? []) : from === id ? (placed.get(to) ?? []) : []))
  return rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + row, 0) / rows.length
}
