import { cases } from './cases.js'
import { check } from './check.js'
import type { CommandPage } from './command-page.js'
import { coverage } from './coverage.js'
import { diff } from './diff.js'
import { explain } from './explain.js'
import { exporting } from './export.js'
import { importing } from './import.js'
import { measure } from './measure.js'
import { creating } from './new.js'
import { population } from './population.js'
import { prepare } from './prepare.js'
import { record } from './record.js'
import { render } from './render.js'
import { serve } from './serve.js'
import { token } from './token.js'

/** Every command, in the order in which authors, then operators, meet them. */
export const COMMANDS: readonly CommandPage[] = [
  creating,
  check,
  cases,
  explain,
  coverage,
  diff,
  render,
  importing,
  exporting,
  population,
  measure,
  serve,
  record,
  token,
  prepare,
]
