import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from '@babel/parser'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))

/** A node of a syntax tree. */
export type SyntaxNode = Readonly<Record<string, unknown>> & { type: string }

/** What one line of a file imports. */
export interface Import {
  /** Path below src/ where it is a file of ours, else the name of the package. */
  target: string
  isOurs: boolean
  /** Whether nothing of it is there when the program runs. */
  isType: boolean
}

/** A file of src/, read and parsed. */
export interface SourceFile {
  /** Below src/. */
  path: string
  text: string
  nodes: readonly SyntaxNode[]
  imports: readonly Import[]
}

/** Every node of a syntax tree, as they are written. */
function nodesOf(tree: unknown, found: SyntaxNode[] = []): SyntaxNode[] {
  if (typeof tree !== 'object' || tree === null) return found
  if ('type' in tree && typeof tree.type === 'string') found.push(tree as SyntaxNode)
  for (const name in tree) nodesOf((tree as Record<string, unknown>)[name], found)
  return found
}

/** The line on which a node stands. */
export const lineOf = ({ loc }: SyntaxNode): number => (loc as { start: { line: number } }).start.line

/** The node that names what a node imports; undefined where it imports nothing. */
function importedBy({ type, source, argument, callee, arguments: args }: SyntaxNode): unknown {
  if (type === 'TSImportType') return argument
  if (type === 'CallExpression') return (callee as SyntaxNode).type === 'Import' ? (args as unknown[])[0] : undefined
  return /^(Import|Export)\w*Declaration$/.test(type) ? source : undefined
}

function isOfTypes({ type, importKind, exportKind, specifiers }: SyntaxNode): boolean {
  const kinds = ((specifiers ?? []) as Readonly<Record<string, unknown>>[]).map(each => each.importKind ?? each.exportKind)
  return (
    type === 'TSImportType' || importKind === 'type' || exportKind === 'type' || (kinds.length > 0 && kinds.every(kind => kind === 'type'))
  )
}

function importsOf(path: string, nodes: readonly SyntaxNode[]): Import[] {
  return nodes.flatMap((node): Import[] => {
    const specifier = (importedBy(node) as { value?: unknown } | null | undefined)?.value
    if (typeof specifier !== 'string') return []
    const isOurs = specifier.startsWith('.')
    const target = isOurs ? writtenAs(relative(SRC, join(SRC, dirname(path), specifier))) : packageOf(specifier)
    return [{ target, isOurs, isType: isOfTypes(node) }]
  })
}

/** The file of ours that becomes what is imported. */
const writtenAs = (path: string): string => {
  const typescript = path.replace(/\.js$/, '.ts')
  return existsSync(join(SRC, typescript)) ? typescript : typescript.replace(/\.ts$/, '.tsx')
}

const packageOf = (specifier: string): string => specifier.split('/')[0] ?? specifier

function readSource(path: string): SourceFile {
  const text = readFileSync(join(SRC, path), 'utf8')
  const nodes = nodesOf(parse(text, { sourceType: 'module', plugins: path.endsWith('x') ? ['typescript', 'jsx'] : ['typescript'] }).program)
  return { path, text, nodes, imports: importsOf(path, nodes) }
}

const WINGS = ['engine']

/** The room that a file stands in: a folder of src/, a folder of its wing engine/, or the file itself at the top of either. */
export function roomOf(path: string): string {
  const [first = '', second = ''] = path.split('/')
  return (WINGS.includes(first) ? `${first}/${second}` : first).replace(/\.tsx?$/, '')
}

/** Every TypeScript file of src/. */
export const SOURCE_FILES: readonly SourceFile[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(path => /\.tsx?$/.test(path))
  .map(readSource)
