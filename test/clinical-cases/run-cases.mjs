// Answers the clinical cases whose `file: name` matches a pattern (all of them without one) and says what is wrong.
import { sharedModule } from '../support/shared-modules.mjs'

const { runCases } = await sharedModule('test/clinical-cases/record.ts')
const { count, faults } = await runCases(new RegExp(process.argv.slice(2).join(' '), 'i'))
const told = faults.map(fault => `${fault}\n`).join('')
process.stdout.write(`${told}${count} cases, ${faults.length === 0 ? 'all as expected' : `${faults.length} not as expected`}.\n`)
process.exitCode = count === 0 || faults.length > 0 ? 1 : 0
