import type { CodeSystem, NamingSystem, ValueSet, ValueSetComposeInclude } from 'fhir/r4.js'
import { EXTENSION, extensionsOf, localized, type LocalizedText } from './extensions.js'
import type { FaultList } from './faults.js'
import type { KnowledgeFile } from './read-resources.js'

interface Coding {
  system?: string
  code?: string
}

/** One line of a value set: codes written out, or the beginning that codes share. */
interface Rule {
  system: string
  codes: ReadonlySet<string>
  prefixes: readonly string[]
}

interface Membership {
  rules: Rule[]
  excluded: Rule[]
  imported: Membership[]
}

/** A coding of an expanded value set, with its display by language. */
export interface ExpandedCode {
  system: string
  code: string
  display: LocalizedText
}

/** How codes of a system are brought to one form before they are compared. */
const CODE_FORMS: Readonly<Record<string, (code: string) => string>> = {
  'upper-case': code => code.toUpperCase(),
  'before-plus': code => code.split('+', 1)[0] ?? code,
  'without-dots': code => code.replaceAll('.', ''),
}

/**
 * The local terminology: value sets, displays and the several URIs under which one code system travels.
 * Value sets are compiled when the service starts; a filter the engine cannot decide is a fault of the knowledge.
 */
export class Terminology {
  private readonly systems: SystemNames
  private readonly valueSets = new Map<string, Membership>()
  private readonly sources = new Map<string, KnowledgeFile<ValueSet>>()
  private readonly displays = new Map<string, LocalizedText>()

  constructor(files: readonly KnowledgeFile[], private readonly faults: FaultList) {
    this.systems = new SystemNames(ofType<NamingSystem>(files, 'NamingSystem'), faults)
    for (const file of ofType<CodeSystem>(files, 'CodeSystem')) this.readDisplays(file.resource)
    for (const file of ofType<ValueSet>(files, 'ValueSet')) if (file.resource.url) this.sources.set(file.resource.url, file)
    for (const url of this.sources.keys()) this.compile(url, [])
  }

  /** Answers whether a coding belongs to the value set; undefined when there is no such value set. */
  readonly membership = (canonical: string): ((coding: Coding) => boolean) | undefined => {
    const found = this.valueSets.get(canonical.split('|', 1)[0] ?? canonical)
    return found && (coding => this.isMember(found, coding))
  }

  /** Codes of a value set that is written out code by code; prefixes have no expansion and are left out. */
  expand(canonical: string): ExpandedCode[] {
    const found = this.valueSets.get(canonical.split('|', 1)[0] ?? canonical)
    return found ? this.codesOf(found) : []
  }

  /** Whether the value set holds codes that only their beginning tells. */
  hasPrefixes(canonical: string): boolean {
    const found = this.valueSets.get(canonical.split('|', 1)[0] ?? canonical)
    const reaches = (membership: Membership): boolean =>
      membership.rules.some(rule => rule.prefixes.length > 0) || membership.imported.some(reaches)
    return found !== undefined && reaches(found)
  }

  /** What a reader calls a code, by language; undefined when no code system of ours knows it. */
  display(system: string | undefined, code: string | undefined): LocalizedText | undefined {
    return this.displays.get(`${this.systems.canonical(system)}|${code}`)
  }

  private isMember(membership: Membership, coding: Coding): boolean {
    if (typeof coding.code !== 'string') return false
    const system = coding.system === undefined ? undefined : this.systems.canonical(coding.system)
    return this.included(membership, system, coding.code)
  }

  private included(membership: Membership, system: string | undefined, code: string): boolean {
    const holds = (rule: Rule): boolean => {
      if (system !== undefined && rule.system !== system) return false
      const written = this.systems.normalForm(rule.system, code)
      return rule.codes.has(written) || rule.prefixes.some(prefix => written.startsWith(prefix))
    }
    if (membership.excluded.some(holds)) return false
    return membership.rules.some(holds) || membership.imported.some(imported => this.included(imported, system, code))
  }

  private codesOf(membership: Membership): ExpandedCode[] {
    const own = membership.rules.flatMap(rule =>
      [...rule.codes].map(code => ({ system: rule.system, code, display: this.display(rule.system, code) ?? new Map() })))
    return [...own, ...membership.imported.flatMap(imported => this.codesOf(imported))]
  }

  private compile(url: string, above: readonly string[]): Membership | undefined {
    const known = this.valueSets.get(url)
    if (known) return known
    const source = this.sources.get(url)
    if (!source) return undefined
    if (above.includes(url)) {
      this.faults.add('CANONICAL_CYCLE', source.file, 'ValueSet.compose', `${url} includes itself.`)
      return undefined
    }
    const { include = [], exclude = [] } = source.resource.compose ?? {}
    const membership: Membership = {
      rules: include.flatMap((part, index) => this.rule(part, source.file, `ValueSet.compose.include[${index}]`)),
      excluded: exclude.flatMap((part, index) => this.rule(part, source.file, `ValueSet.compose.exclude[${index}]`)),
      imported: include.flatMap(part => part.valueSet ?? []).flatMap(imported => {
        const compiled = this.compile(imported, [...above, url])
        if (!compiled) this.faults.add('CANONICAL_UNKNOWN', source.file, 'ValueSet.compose.include', `There is no value set ${imported}.`)
        return compiled ?? []
      }),
    }
    this.valueSets.set(url, membership)
    return membership
  }

  private rule(part: ValueSetComposeInclude, file: string, element: string): Rule[] {
    if (part.system === undefined) return []
    const system = this.systems.canonical(part.system) ?? part.system
    const prefixes = (part.filter ?? []).map(filter => literalPrefix(filter))
    if (prefixes.includes(undefined) || prefixes.length > 1 || (!part.concept && prefixes.length === 0)) {
      const wanted = 'Write the codes out, or use one filter on code with op regex whose value is a literal followed by .*'
      this.faults.add('VALUE_SET_UNSUPPORTED', file, element, wanted)
      return []
    }
    for (const { code, display, designation } of part.concept ?? []) {
      const texts = new Map(designation?.map(({ language = '', value }) => [language, value]))
      if (display && !this.displays.has(`${system}|${code}`)) this.displays.set(`${system}|${code}`, new Map([['da', display], ...texts]))
    }
    const normal = (code: string) => this.systems.normalForm(system, code)
    const codes = new Set((part.concept ?? []).map(({ code }) => normal(code)))
    return [{ system, codes, prefixes: prefixes.flatMap(prefix => (prefix === undefined ? [] : normal(prefix))) }]
  }

  private readDisplays(codeSystem: CodeSystem): void {
    const system = codeSystem.supplements ?? codeSystem.url ?? ''
    for (const { code, display, designation } of codeSystem.concept ?? []) {
      const translations = (designation ?? []).flatMap(({ language, value }) => (language ? [[language, value] as const] : []))
      const own = localized(display, undefined, codeSystem.language ?? 'da')
      this.displays.set(`${system}|${code}`, new Map([...own, ...translations]))
    }
  }
}

/** The literal beginning that a regex filter asks for, `DM545` for `DM545.*`; undefined for any other filter. */
function literalPrefix({ property, op, value }: { property: string; op: string; value: string }): string | undefined {
  const literal = /^((?:[A-Za-z0-9-]|\\\.)+)\.\*$/.exec(value)?.[1]
  return property === 'code' && op === 'regex' ? literal?.replaceAll('\\.', '.') : undefined
}

/** The names under which each code system travels, read from NamingSystem resources. */
class SystemNames {
  private readonly preferred = new Map<string, string>()
  private readonly prefixes: { prefix: string; system: string }[] = []
  private readonly forms = new Map<string, ((code: string) => string)[]>()

  constructor(files: readonly KnowledgeFile<NamingSystem>[], faults: FaultList) {
    for (const { file, resource } of files) {
      const system = (resource.uniqueId.find(id => id.preferred) ?? resource.uniqueId[0])?.value
      if (system === undefined) continue
      for (const { value } of resource.uniqueId) this.preferred.set(value, system)
      for (const { valueUri } of extensionsOf(resource, EXTENSION.systemPrefix)) if (valueUri) this.prefixes.push({ prefix: valueUri, system })
      const forms = extensionsOf(resource, EXTENSION.codeForm).map(({ valueCode }) => CODE_FORMS[valueCode ?? ''])
      if (forms.includes(undefined)) {
        faults.add('VALUE_SET_UNSUPPORTED', file, 'NamingSystem.extension', `A code form is one of ${Object.keys(CODE_FORMS).join(', ')}.`)
      }
      this.forms.set(system, forms.flatMap(form => form ?? []))
    }
  }

  /** The one URI we compare by, whichever of its live forms a system was written in. */
  canonical(system: string | undefined): string | undefined {
    if (system === undefined) return undefined
    return this.preferred.get(system) ?? this.prefixes.find(({ prefix }) => system.startsWith(prefix))?.system ?? system
  }

  normalForm(system: string, code: string): string {
    const forms = this.forms.get(system)
    return forms === undefined ? code : forms.reduce((written, form) => form(written), code)
  }
}

/** Files that hold a resource of one type. */
export function ofType<R extends KnowledgeFile['resource']>(files: readonly KnowledgeFile[], type: R['resourceType']): KnowledgeFile<R>[] {
  return files.filter((file): file is KnowledgeFile<R> => file.resource.resourceType === type)
}
