import type { SettingDeclaration, SettingsTable } from '../engine/knowledge/vocabulary.js'
import type { FaultList } from '../engine/model/faults.js'
import { isObject, type JsonObject } from '../plain-values/json.js'
import { KNOWLEDGE_FILE } from './knowledge-json.js'

/** Reads which choices of a deployment the knowledge of a folder reads as `%settings`; none where it does not say. @param isTaken whether a name is that of a setting of the service. */
export function readSettings(
  { settings = {} }: JsonObject,
  faults: FaultList,
  isTaken: (name: string) => boolean = () => false,
): SettingsTable {
  const fault = (element: string, message: string) => faults.add('PROFILE_INVALID', KNOWLEDGE_FILE, element, message)
  if (!isObject(settings)) {
    fault('settings', 'Give an object with a member for each setting: its type, values, default and description.')
    return {}
  }
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, written]) => {
      const wrong = isTaken(name) ? 'The service has a setting of this name itself; give it another one.' : whatIsWrong(name, written)
      if (wrong !== undefined) fault(`settings.${name}`, wrong)
      return wrong === undefined ? [[name, written as SettingDeclaration] as const] : []
    }),
  )
}

/** Why a declaration cannot be used, in a sentence that says what to write. */
function whatIsWrong(name: string, written: unknown): string | undefined {
  const { type, values, default: usual, description: _, ...others } = isObject(written) ? written : {}
  if (Object.keys(others).length > 0)
    return `A setting has a type, values, a default and a description; found ${Object.keys(others).join(', ')}.`
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) return 'The name of a setting is a word such as region or showRetired.'
  if (type === 'boolean') return typeof usual === 'boolean' ? undefined : 'The default is true or false.'
  if (type !== 'code') return 'The type is boolean or code.'
  if (!Array.isArray(values) || values.length === 0 || !values.every(value => typeof value === 'string' && value === value.toLowerCase()))
    return 'The values are texts in lower case, one at least.'
  return values.includes(usual) ? undefined : 'The default is one of the values.'
}
