import { useState } from 'preact/hooks'
import { wordsOf } from '../shared/language.js'
import type { KnowledgeView } from './knowledge.js'
import { knowledgeWords } from './knowledge-words.js'
import { workbenchWords } from './words.js'
import { planGraph, wholeGraph, type Graph, type GraphNode } from './pathway-graph.js'

const WHOLE = ''
const NODE = { height: 30, gap: 12, between: 100 }
/** Widths of the columns, and the most characters that their nodes have room for. */
const COLUMNS = [
  { width: 190, longest: 26 },
  { width: 370, longest: 50 },
  { width: 370, longest: 50 },
] as const

/** The pathway as a graph: of one plan, or of all. */
export function GraphView({ knowledge }: { knowledge: KnowledgeView }) {
  const words = wordsOf(knowledgeWords)
  const applied = knowledge.plans.filter(({ isApplied }) => isApplied)
  const [chosen, setChosen] = useState(WHOLE)
  const plan = applied.find(({ id }) => id === chosen)
  const graph = plan ? planGraph(plan, knowledge) : wholeGraph(knowledge)
  const title = plan?.title ?? words.wholeGraph
  return (
    <>
      <label class="wb-field wb-narrow">
        <span>{words.graphOf}</span>
        <select value={chosen} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
          <option value={WHOLE}>{words.wholeGraph}</option>
          {applied.map(({ id, title: name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <ul class="wb-legend" aria-hidden="true">
        {(['hook', plan ? 'action' : 'plan', 'lines', 'form', 'proposal'] as const).map(kind => (
          <li key={kind} class={`is-${kind}`}>
            {words.kinds[kind]}
          </li>
        ))}
      </ul>
      <div class="wb-graph" role="region" tabIndex={0} aria-label={words.graphRegion(title)}>
        <Drawing graph={graph} title={words.graphText(title, graph.nodes.length, graph.edges.length)} />
      </div>
      <details class="wb-opens">
        <summary>
          <span class="wb-title">{words.asText}</span>
        </summary>
        <div class="wb-opened">
          <GraphText graph={graph} />
        </div>
      </details>
    </>
  )
}

const widthOf = ({ column }: Pick<GraphNode, 'column'>): number => COLUMNS[column]?.width ?? 0
const leftOf = ({ column }: Pick<GraphNode, 'column'>): number =>
  1 + COLUMNS.slice(0, column).reduce((sum, { width }) => sum + width + NODE.between, 0)
const topOf = ({ row }: GraphNode): number => 1 + row * (NODE.height + NODE.gap)

function Drawing({ graph: { nodes, edges, columns, rows }, title }: { graph: Graph; title: string }) {
  const byId = new Map(nodes.map(node => [node.id, node] as const))
  const last = { column: columns - 1 }
  const [width, height] = [leftOf(last) + widthOf(last) + 1, 2 + rows * (NODE.height + NODE.gap)]
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={title}>
      {edges.map(({ from, to }) => {
        const [one, other] = [byId.get(from), byId.get(to)]
        return one && other && <path key={`${from} ${to}`} class={`wb-edge is-${other.kind}`} d={curve(one, other)} />
      })}
      {nodes.map(node => (
        <g key={node.id} class={`wb-node is-${node.kind}`} transform={`translate(${leftOf(node)} ${topOf(node)})`}>
          <title>{labelOf(node)}</title>
          <rect width={widthOf(node)} height={NODE.height} rx="6" />
          <text x="12" y="20">
            {shortened(node)}
          </text>
        </g>
      ))}
    </svg>
  )
}

function curve(from: GraphNode, to: GraphNode): string {
  const [x1, y1] = [leftOf(from) + widthOf(from), topOf(from) + NODE.height / 2]
  const [x2, y2] = [leftOf(to), topOf(to) + NODE.height / 2]
  const bend = NODE.between / 2
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
}

/** A hook goes by what it means. */
const labelOf = ({ kind, label }: GraphNode): string =>
  kind === 'hook' ? (wordsOf(workbenchWords).situation.hooks[label] ?? label) : label

function shortened(node: GraphNode): string {
  const [label, longest] = [labelOf(node), COLUMNS[node.column]?.longest ?? 0]
  return label.length > longest ? `${label.slice(0, longest - 1)}…` : label
}

/** The same in words: each with what it leads to. */
function GraphText({ graph: { nodes, edges } }: { graph: Graph }) {
  const words = wordsOf(knowledgeWords)
  const byId = new Map(nodes.map(node => [node.id, node] as const))
  return (
    <ul class="wb-graph-text">
      {nodes
        .filter(({ column }) => column < 2)
        .map(node => {
          const led = edges.filter(({ from }) => from === node.id).flatMap(({ to }) => byId.get(to)?.label ?? [])
          return (
            <li key={node.id}>
              <strong>{labelOf(node)}</strong> <span class="wb-hint">{words.kinds[node.kind]}</span>
              {led.length > 0 && (
                <ul>
                  {led.map(label => (
                    <li key={label}>{label}</li>
                  ))}
                </ul>
              )}
            </li>
          )
        })}
    </ul>
  )
}
