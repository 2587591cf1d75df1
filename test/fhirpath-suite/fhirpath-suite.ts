// Runs cases that others wrote for FHIRPath through the compiler, and tells of each whether it comes to what it must:
// HL7's official suite (XML) and that of fhirpath.js (YAML). Neither is part of this repository.
//   npm run fhirpath-suite -- <file or folder> [--all]
import { parseArgs } from 'node:util'
import { DEVIATIONS } from './deviations.js'
import { casesIn, type SuiteCase } from './suite-file.js'
import { runCase, type CaseResult } from './run-case.js'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { all: { type: 'boolean', default: false } } })

const say = (line: string) => process.stdout.write(`${line}\n`)

const written = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `${each}L` : each)) ?? 'fails'

const short = (value: unknown): string => written(value).slice(0, 160)

function kindOf({ expression }: SuiteCase, { isAsExpected, refusedFor, compiled, interpreted }: CaseResult): string {
  if (isAsExpected) return 'equal'
  if (refusedFor.length > 0) return `refused when knowledge is loaded, ${refusedFor.join(', ')}`
  const deviation = DEVIATIONS.find(({ shownBy }) => shownBy.test(expression))
  if (deviation) return `otherwise: ${deviation.name}`
  return written(compiled) === written(interpreted) ? 'DIFFERENT, as fhirpath.js' : 'DIFFERENT'
}

const kinds = new Map<string, [SuiteCase, CaseResult][]>()
for (const each of positionals.flatMap(casesIn)) {
  const result = runCase(each)
  const kind = kindOf(each, result)
  kinds.set(kind, [...(kinds.get(kind) ?? []), [each, result]])
}
for (const [kind, cases] of [...kinds].sort()) {
  say(`${kind}: ${cases.length}`)
  if (kind === 'equal' || !(kind.startsWith('DIFFERENT') || values.all)) continue
  for (const [{ file, name, expression, expected }, { compiled, interpreted }] of cases) {
    say(`  ${file} ${name}: ${expression.replace(/\s+/g, ' ')}`)
    say(`    expected ${short(expected)}, compiled ${short(compiled)}, fhirpath.js ${short(interpreted)}`)
  }
}
process.exitCode = [...kinds.keys()].some(kind => kind.startsWith('DIFFERENT')) ? 1 : 0
