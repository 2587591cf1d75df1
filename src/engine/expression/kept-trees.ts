import type { SyntaxNode, Written } from './syntax.js'

/** A node: its kind, what is written at it where anything is, and its children, each by its place in a list. */
type KeptNode = readonly [kind: number, ...parts: (number | string | Written)[]]

/** Syntax trees as JSON keeps them: parts that are alike stand once. */
export interface KeptTrees {
  kinds: readonly string[]
  nodes: readonly KeptNode[]
  /** The place of the node that is all of an expression, by its text. */
  roots: Readonly<Record<string, number>>
}

/** Gathers syntax trees by the text of their expressions. */
export class TreeKeeper {
  private readonly kinds = new Map<string, number>()
  private readonly nodes: KeptNode[] = []
  private readonly places = new Map<string, number>()
  private readonly roots = new Map<string, number>()

  keep(source: string, tree: SyntaxNode): void {
    if (!this.roots.has(source)) this.roots.set(source, this.placeOf(tree))
  }

  /** All that were gathered. */
  kept(): KeptTrees {
    return { kinds: [...this.kinds.keys()], nodes: this.nodes, roots: Object.fromEntries(this.roots) }
  }

  private placeOf({ type, children, ...written }: SyntaxNode): number {
    const { text, ...others } = written
    const node: KeptNode = [
      this.kindOf(type),
      ...(text === undefined ? [] : [text]),
      ...(Object.keys(others).length > 0 ? [others] : []),
      ...(children ?? []).map(child => this.placeOf(child)),
    ]
    const key = JSON.stringify(node)
    const before = this.places.get(key)
    if (before !== undefined) return before
    this.places.set(key, this.nodes.push(node) - 1)
    return this.nodes.length - 1
  }

  private kindOf(type: string): number {
    const before = this.kinds.get(type)
    if (before !== undefined) return before
    this.kinds.set(type, this.kinds.size)
    return this.kinds.size - 1
  }
}

/**
 * The tree of an expression, made anew each time, since parts of an expression are told apart by their nodes; undefined
 * where none is kept.
 */
export function keptTree(kept: KeptTrees, source: string): SyntaxNode | undefined {
  return Object.hasOwn(kept.roots, source) ? made(kept, kept.roots[source] ?? missing(source)) : undefined
}

function made(kept: KeptTrees, place: number): SyntaxNode {
  const [kind, ...parts] = kept.nodes[place] ?? missing(place)
  const node: { type: string; children?: SyntaxNode[] } & Written = { type: kept.kinds[kind] ?? missing(kind) }
  for (const part of parts) {
    if (typeof part === 'number') (node.children ??= []).push(made(kept, part))
    else Object.assign(node, typeof part === 'string' ? { text: part } : part)
  }
  return node
}

function missing(what: number | string): never {
  throw new TypeError(`a kept tree lacks ${what}`)
}
