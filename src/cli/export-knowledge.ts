import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { loadSoundKnowledge, type LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import type { JsonObject } from '../plain-values/json.js'
import { CliError } from './cli-error.js'
import type { Outcome } from './command-page.js'
import { packageFiles, type PackageFacts } from './fhir-package.js'
import { tarOf, type ArchivedFile } from './tar.js'
import type { Teller } from './teller.js'

/** What the package is called, and where it goes. */
export interface ExportOptions {
  output?: string
  name?: string
  packageVersion: string
  license?: string
}

/** Names that registries of FHIR packages take: at least two parts, in small letters. */
const NAME = /^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$/
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/

/**
 * Writes the knowledge of a folder as a FHIR NPM package.
 * @throws CliError COLUMNA_USAGE when name or version are none; CdsError when the knowledge has a fault.
 */
export function exportKnowledge(folder: string, options: ExportOptions, teller: Teller): Outcome {
  const loaded = loadSoundKnowledge(folder)
  const facts = factsOf(loaded, options)
  const resources = loaded.knowledge.files.map(({ resource }) => resource as unknown as JsonObject)
  const bytes = gzipSync(tarOf(packageFiles(facts, resources, othersIn(folder))), { level: 9 })
  const file = resolve(options.output ?? `${facts.name}-${facts.version}.tgz`)
  writeFileSync(file, bytes)
  teller.tell(`${file}: ${facts.name} ${facts.version}, ${resources.length} resources, ${Math.ceil(bytes.length / 1000)} kB.`)
  teller.tellJson({ file, name: facts.name, version: facts.version, resources: resources.length, bytes: bytes.length })
  return 0
}

function factsOf({ knowledge: { profile }, about }: LoadedKnowledge, options: ExportOptions): PackageFacts {
  const { name = profile.names.card.knowledge, packageVersion: version, license } = options
  if (!NAME.test(name))
    throw new CliError('COLUMNA_USAGE', `A FHIR package cannot be called ${name}: give --name, such as org.example.flu.`)
  if (!VERSION.test(version)) throw new CliError('COLUMNA_USAGE', `${version} is no version: give --package-version, such as 1.0.0.`)
  return {
    name,
    version,
    canonical: profile.names.base,
    description: `Knowledge about ${about ?? name}`,
    ...(license !== undefined && { license }),
  }
}

/** What the service reads beside the resources. */
function othersIn(folder: string): ArchivedFile[] {
  const services = join(folder, 'cds-services')
  const names = existsSync(services) ? readdirSync(services).filter(name => name.endsWith('.json')) : []
  return ['knowledge.json', ...names.sort().map(name => `cds-services/${name}`)]
    .filter(path => existsSync(join(folder, path)))
    .map(path => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
}
