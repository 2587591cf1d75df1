import { basename, join } from 'node:path'
import { HOOKS } from '../cds-hooks/hooks.js'
import type { ServiceDescription } from '../cds-hooks/types.js'
import type { CompiledPlan, CompiledRequirement } from '../engine/knowledge/compiled.js'
import type { FaultList } from '../engine/model/faults.js'
import { isObject, type JsonObject } from '../plain-values/json.js'
import type { Knowledge } from '../engine/knowledge/compile-knowledge.js'
import { byKey, conflictingKeys } from '../engine/knowledge/data-requirements.js'
import { isPublishable } from '../cds-hooks/prefetch-template.js'
import { jsonFilesBelow, jsonFilesIn, readJson, type FileSeen } from './read-resources.js'

/** What discovery says of a service in words. */
export interface ServiceWords {
  title: string
  description: string
  usageRequirements?: string
}

/** A CDS service, bound to the plans it applies. */
export interface CdsService extends ServiceWords {
  id: string
  hook: string
  /** The same words in other languages than the first, by language. */
  translation?: Readonly<Record<string, ServiceWords>>
  plans: readonly CompiledPlan[]
  requirements: readonly CompiledRequirement[]
}

/** A file of cds-services/: what discovery shows, and the plans behind it. */
export interface ServiceFile {
  file: string
  service: {
    id?: string
    publish?: { hook?: string; translation?: Record<string, Partial<ServiceWords>> } & Partial<ServiceWords>
    apply?: string[]
  }
}

/** Reads every JSON file of cds-services/; a folder that is not there holds none. */
export function readServiceFiles(folder: string, faults: FaultList, seen?: FileSeen): ServiceFile[] {
  for (const path of jsonFilesBelow(folder))
    faults.add('FILE_MISPLACED', `${basename(folder)}/${path}`, '$', 'A service is a file of the folder itself.')
  return jsonFilesIn(folder).flatMap(name => {
    const file = `${basename(folder)}/${name}`
    const service = readJson(join(folder, name), file, faults, seen)
    return isObject(service) && isServiceShaped(service, file, faults) ? [{ file, service: service as ServiceFile['service'] }] : []
  })
}

/** Whether what is written of a service is of the kinds that are expected; tells of each that is not. */
function isServiceShaped(service: JsonObject, file: string, faults: FaultList): boolean {
  const publish = isObject(service['publish']) ? service['publish'] : {}
  const translation = isObject(publish['translation']) ? publish['translation'] : {}
  const isText = (value: unknown) => typeof value === 'string'
  const wordsOf = (words: JsonObject, at: string) =>
    ['title', 'description', 'usageRequirements'].map(name => [`${at}.${name}`, words[name], isText, 'a text'] as const)
  const expected = [
    ['id', service['id'], isText, 'a text'],
    ['publish', service['publish'], isObject, 'an object'],
    ['publish.hook', publish['hook'], isText, 'a text'],
    ...wordsOf(publish, 'publish'),
    ['publish.translation', publish['translation'], isObject, 'an object'],
    ...Object.entries(translation).flatMap(([language, words]) => {
      const at = `publish.translation.${language}`
      return [[at, words, isObject, 'an object'] as const, ...wordsOf(isObject(words) ? words : {}, at)]
    }),
    ['apply', service['apply'], (value: unknown) => Array.isArray(value) && value.every(isText), 'a list of canonicals'],
  ] as const
  const wrong = expected.filter(([, value, isRight]) => value !== undefined && !isRight(value))
  for (const [element, , , kind] of wrong) faults.add('SERVICE_INVALID', file, element, `Expected ${kind}.`)
  return wrong.length === 0
}

/** Services by id. Ids are unique, so that a client that keys by id loses none. */
export type ServiceRegistry = ReadonlyMap<string, CdsService>

/**
 * Binds service files to plans. Faults: a missing member, an unknown hook or plan, a plan that does not listen to
 * the hook or has no topic, an id used twice, two different templates under one prefetch key.
 * @param isServed leaves out plans that this deployment does not serve; a service without plans is not published.
 */
export function buildServices(
  files: readonly ServiceFile[],
  knowledge: Knowledge,
  faults: FaultList,
  isServed: (plan: CompiledPlan) => boolean = () => true,
): ServiceRegistry {
  const registry = new Map<string, CdsService>()
  const ids = new Set<string>()
  for (const { file, service } of files) {
    const bound = bind(file, service, knowledge, faults)
    if (!bound) continue
    if (ids.has(bound.id)) faults.add('SERVICE_INVALID', file, 'id', `The id ${bound.id} is used twice.`)
    ids.add(bound.id)
    const plans = bound.plans.filter(isServed)
    if (plans.length > 0)
      registry.set(bound.id, { ...bound, plans, requirements: byKey(plans.flatMap(({ requirements }) => requirements)) })
  }
  return registry
}

function hasTopic({ resource }: CompiledPlan): boolean {
  const { system, code } = resource.topic?.[0]?.coding?.[0] ?? {}
  return system !== undefined && code !== undefined
}

function bind(
  file: string,
  { id, publish = {}, apply = [] }: ServiceFile['service'],
  knowledge: Knowledge,
  faults: FaultList,
): CdsService | undefined {
  const { hook, title, description, usageRequirements, translation = {} } = publish
  const before = faults.faults.length
  const fault = (element: string, message: string) => faults.add('SERVICE_INVALID', file, element, message)
  if (id === undefined || !/^[A-Za-z0-9._-]+$/.test(id)) fault('id', 'The id must be usable in a path unescaped.')
  if (hook === undefined || !Object.hasOwn(HOOKS, hook)) fault('publish.hook', `The hook must be one of ${Object.keys(HOOKS).join(', ')}.`)
  if (!title?.trim()) fault('publish.title', 'A title is missing.')
  if (!description?.trim()) fault('publish.description', 'A description is missing.')
  const words = Object.entries(translation).flatMap(([language, translated]) => {
    if (areWhole(translated) && (translated.usageRequirements === undefined) === (usageRequirements === undefined))
      return [[language, translated] as const]
    fault(`publish.translation.${language}`, 'A translation says all that the service says: title, description and usageRequirements.')
    return []
  })
  const lacking = knowledge.profile.languages.slice(1).filter(language => translation[language] === undefined)
  for (const language of lacking)
    faults.add(
      'TRANSLATION_MISSING',
      file,
      `publish.translation.${language}`,
      'What discovery says of the service is missing in this language.',
    )
  if (apply.length === 0) fault('apply', 'Name at least one PlanDefinition.')
  const plans = apply.flatMap(canonical => {
    const plan = knowledge.plan(canonical)
    if (!plan) fault('apply', `There is no PlanDefinition ${canonical}.`)
    else if (hook !== undefined && !plan.hooks.has(hook)) fault('apply', `${canonical} has no action for the hook ${hook}.`)
    if (plan && !hasTopic(plan))
      faults.add(
        'TOPIC_MISSING',
        file,
        'apply',
        `${canonical} needs a topic with system and code as its first, so that its cards can be told from others.`,
      )
    return plan ?? []
  })
  for (const key of conflictingKeys(plans.flatMap(({ requirements }) => requirements))) {
    fault('apply', `Two plans ask for different data under the prefetch key ${key}.`)
  }
  if (faults.faults.length > before || !id || !hook || !title || !description) return undefined
  return {
    id,
    hook,
    title,
    description,
    ...(usageRequirements && { usageRequirements }),
    ...(words.length > 0 && { translation: Object.fromEntries(words) }),
    plans,
    requirements: [],
  }
}

const areWhole = (words: Partial<ServiceWords>): words is ServiceWords => Boolean(words.title?.trim() && words.description?.trim())

/** A service as discovery shows it, in a language or else in its first: members of CDS Hooks 2.0 and the additive version fields of 3.0. */
export function describeService(service: CdsService, language = ''): ServiceDescription {
  const { id, hook, requirements } = service
  const { title, description, usageRequirements } = service.translation?.[language] ?? service
  const published = requirements.filter(({ template }) => isPublishable(template))
  const prefetch = Object.fromEntries(published.map(({ key, template }) => [key, template]))
  return {
    hook,
    id,
    title,
    description,
    ...(published.length > 0 && { prefetch }),
    ...(usageRequirements && { usageRequirements }),
    version: CDS_HOOKS_VERSION,
    ...(HOOKS[hook] && { hookVersion: HOOKS[hook].version }),
  }
}

/** Release of CDS Hooks that the services implement, named as the 3.0 ballot names releases. */
const CDS_HOOKS_VERSION = 'STU2'
