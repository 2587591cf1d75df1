import { CliError } from './cli-error.js'

/** A pattern of cases, without case. @throws CliError when it is no regular expression. */
export function casePattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i')
  } catch (error) {
    throw new CliError('COLUMNA_USAGE', `The pattern is no regular expression: ${(error as Error).message}.`)
  }
}
