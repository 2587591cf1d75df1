/** What can be written as YAML. */
export type Writable = string | number | boolean | null | readonly Writable[] | { readonly [name: string]: Writable | undefined }

/** Longest line that a list or object is written on by itself. */
const LONGEST_LINE = 150

/**
 * Writes YAML 1.2 that reads back as what it was: blocks outside, and small lists and objects on one line.
 * @param depth how far it stands in.
 */
export function toYaml(value: Writable, depth = 0): string {
  const indent = '  '.repeat(depth)
  if (isList(value) && value.length > 0)
    return value
      .map(each => {
        const text = inOneLine(each)
        if (text.length + indent.length <= LONGEST_LINE || !isNested(each)) return `${indent}- ${text}\n`
        return `${indent}- ${toYaml(each, depth + 1).trimStart()}`
      })
      .join('')
  if (isObject(value) && Object.keys(value).length > 0)
    return entriesOf(value)
      .map(([name, each]) => {
        const text = inOneLine(each)
        const isShort = indent.length + name.length + text.length <= LONGEST_LINE
        return !isNested(each) || isShort ? `${indent}${scalar(name)}: ${text}\n` : `${indent}${scalar(name)}:\n${toYaml(each, depth + 1)}`
      })
      .join('')
  return `${indent}${inOneLine(value)}\n`
}

function inOneLine(value: Writable): string {
  if (isList(value)) return `[${value.map(inOneLine).join(', ')}]`
  if (!isObject(value)) return typeof value === 'string' ? scalar(value) : String(value)
  const entries = entriesOf(value)
  return entries.length === 0 ? '{}' : `{ ${entries.map(([name, each]) => `${scalar(name)}: ${inOneLine(each)}`).join(', ')} }`
}

const isList = (value: Writable): value is readonly Writable[] => Array.isArray(value)

const isObject = (value: Writable): value is { readonly [name: string]: Writable | undefined } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isNested = (value: Writable): boolean => (isList(value) ? value.length > 0 : isObject(value) && Object.keys(value).length > 0)

const entriesOf = (value: { readonly [name: string]: Writable | undefined }): [string, Writable][] =>
  Object.entries(value).flatMap(([name, each]) => (each === undefined ? [] : [[name, each] as [string, Writable]]))

/** Words that YAML reads as something else than a text. */
const OTHERWISE_READ = /^(true|false|null|yes|no|on|off|y|n|~)$/i

/** A text without quotes where it reads back as itself, else with those of JSON. */
const scalar = (text: string): string =>
  /^[\p{L}][\p{L}\p{N} /_.-]*$/u.test(text) && !text.endsWith(' ') && !OTHERWISE_READ.test(text) ? text : JSON.stringify(text)
