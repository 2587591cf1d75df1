import type { Step } from './steps.js'
import { nameWithoutQuotes, type SyntaxNode } from './syntax.js'
import { NOTHING, type Collection } from './values.js'

/** Looks a variable up where the scope's plan defines it, else in the table that all plans share; again only when a plan asks that defines it otherwise. */
export function variable(node: SyntaxNode): Step {
  const name = variableName(node)
  let definedBy: object | undefined
  let shared: object | null = null
  let read: (() => unknown) | undefined
  return scope => {
    const variables = Object.getPrototypeOf(scope) as object
    if (variables !== definedBy) {
      definedBy = variables
      const table = Object.getPrototypeOf(variables) as object | null
      const isOwn = table === null || Object.hasOwn(variables, name)
      if (isOwn || table !== shared) {
        shared = isOwn ? null : table
        // oxlint-disable-next-line typescript/unbound-method -- it is called on each scope
        read = Object.getOwnPropertyDescriptor(shared ?? variables, name)?.get
      }
    }
    const value = read ? read.call(scope) : scope[name]
    return Array.isArray(value) ? (value as Collection) : value === undefined || value === null ? NOTHING : [value]
  }
}

export const variableName = (node: SyntaxNode): string => nameWithoutQuotes(node.delimitedText ?? node.text ?? '')
