import { createCompiler, type CompilerMaker } from '../expression/compile.js'
import { leftToInterpreter } from '../expression/left-to-interpreter.js'
import { parseExpression } from '../expression/syntax.js'

/** How the expressions of some knowledge run. */
export interface ExpressionReport {
  /** How many different ones there are. */
  count: number
  /** Those that are left to the interpreter whole, with what stands in them that only it has. */
  interpreted: Map<string, readonly string[]>
  /** Functions and operators that only the interpreter has, and in how many of the others they stand. */
  parts: Map<string, number>
}

/** Compiles as the engine does, and reports of each different expression. */
export function reportingCompiler(): { makeCompiler: CompilerMaker; report: ExpressionReport } {
  const report: ExpressionReport = { count: 0, interpreted: new Map(), parts: new Map() }
  const seen = new Set<string>()
  const makeCompiler: CompilerMaker = (valueSets, more) => {
    const compile = createCompiler(valueSets, more)
    return (source, tree = parseExpression(source), definition) => {
      if (!seen.has(source)) note(source, report, leftToInterpreter(tree))
      seen.add(source)
      return compile(source, tree, definition)
    }
  }
  return { makeCompiler, report }
}

function note(source: string, report: ExpressionReport, { isWhole, parts }: ReturnType<typeof leftToInterpreter>): void {
  report.count += 1
  if (isWhole) report.interpreted.set(source, parts)
  else for (const part of new Set(parts)) report.parts.set(part, (report.parts.get(part) ?? 0) + 1)
}
