// Writes fhir-resources/COVERAGE.md of the one recorded pass and says what is missing, as `columna coverage` does of a pass of its own.
import { sharedModule } from './shared-modules.mjs'

const [{ recordedPass }, { folder }, { writeCoverage }, { PROJECT_ROOT }] = await Promise.all(
  ['test/support/recorded.ts', 'test/support/cases.ts', 'src/cli/cover-knowledge.ts', 'src/knowledge-files/load-knowledge.ts'].map(
    sharedModule,
  ),
)
const { recording } = await recordedPass()
const { tally, missing } = writeCoverage(PROJECT_ROOT, folder, recording)
process.stdout.write(`${[...tally, ...missing].join('\n')}\n`)
