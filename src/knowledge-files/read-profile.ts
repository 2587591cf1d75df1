import { plainR4, strict, type KnowledgeProfile } from '../engine/knowledge/profile.js'
import type { FaultList } from '../engine/model/faults.js'
import type { JsonObject } from '../plain-values/json.js'
import { KNOWLEDGE_FILE } from './knowledge-json.js'

const PROFILES = { strict, 'plain-r4': plainR4 } as const

type ProfileName = keyof typeof PROFILES

/** Everything that a folder may say of itself. */
const MEMBERS = ['about', 'profile', 'canonicalBase', 'languages', 'extensionNames', 'settings']

/** Reads what the knowledge of a folder is held to; plain R4 where it does not say. */
export function readProfile(written: JsonObject | undefined, faults: FaultList): KnowledgeProfile {
  if (!written) return plainR4()
  const fault = (element: string, message: string) => faults.add('PROFILE_INVALID', KNOWLEDGE_FILE, element, message)
  const { profile: name = 'plain-r4', canonicalBase: base, languages = ['en'], extensionNames } = written
  for (const member of Object.keys(written))
    if (!MEMBERS.includes(member)) fault(member, `There is no such member; known are ${MEMBERS.join(', ')}.`)
  if (!isProfileName(name)) fault('profile', `The profile is one of ${Object.keys(PROFILES).join(', ')}.`)
  if (!isBase(base)) fault('canonicalBase', 'Give the URL beneath which the canonicals of the knowledge stand, without a slash at its end.')
  if (!areLanguages(languages)) fault('languages', 'Give the languages of answers as codes such as en, the usual one first.')
  if (!isPrefix(extensionNames))
    fault('extensionNames', 'Give the beginning of the names of extensions of cards, such as org.example, or leave it out.')
  return PROFILES[isProfileName(name) ? name : 'plain-r4']({
    base: isBase(base) ? base : 'https://knowledge.example.org/fhir',
    languages: areLanguages(languages) ? languages : ['en'],
    ...(typeof extensionNames === 'string' && { extensionNames }),
  })
}

/** What the knowledge is about, in English; undefined where its folder does not say. */
export function readAbout({ about }: JsonObject, faults: FaultList): string | undefined {
  if (about === undefined || typeof about === 'string') return about
  faults.add('PROFILE_INVALID', KNOWLEDGE_FILE, 'about', 'Say in a few English words what the knowledge is about, or leave it out.')
  return undefined
}

const isProfileName = (name: unknown): name is ProfileName => typeof name === 'string' && Object.hasOwn(PROFILES, name)

const isBase = (base: unknown): base is string => typeof base === 'string' && /^(https?:\/\/|urn:)\S*[^/\s]$/.test(base)

const isPrefix = (prefix: unknown): prefix is string | undefined =>
  prefix === undefined || (typeof prefix === 'string' && /^[a-z][\w-]*(\.[\w-]+)+$/i.test(prefix))

/** Languages by which texts are told apart and HTTP negotiates. */
const areLanguages = (languages: unknown): languages is [string, ...string[]] =>
  Array.isArray(languages) &&
  languages.length > 0 &&
  languages.every(language => typeof language === 'string' && /^[a-z]{2,3}$/.test(language))
