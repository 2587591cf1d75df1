import { readCases } from '../../src/cli/read-cases.js'
import { reply as replyIn, type PreparedCall } from '../../src/cases/run.js'
import { testKnowledge } from './knowledge.js'

/** The clinical cases of this repository with its knowledge, read and compiled once a process. */
export const folder = readCases(undefined, undefined, testKnowledge())

export const { runner, cases, coverage } = folder
export const { loaded, language, callsOf, prepareCall, answerCase } = runner
export const { coding } = language

/** Makes a call. */
export const reply = (call: PreparedCall, inLanguage = language.vocabulary.language) => replyIn(call, inLanguage)

export { decisionPointsOf } from '../../src/cases/run.js'
export { answerOf } from '../../src/engine/apply/apply-plan.js'
export { gatherCall, scopeFor } from '../../src/calls/call-service.js'
export { scopeOn } from '../../src/engine/expression/scope.js'
export { createCompiler } from '../../src/engine/expression/compile.js'
export { createInterpreter } from '../../src/engine/expression/interpreter.js'
export { toJson } from '../../src/engine/expression/values.js'
