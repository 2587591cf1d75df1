import type { CodeSystem, CodeSystemConcept, NamingSystem, ValueSet, ValueSetComposeInclude } from 'fhir/r4.js'
import type { ValueSetTest } from '../expression/functions.js'
import { nameTest, type NamedConcept, type NameTest } from '../expression/names.js'
import { lookUp, urlOf } from './canonical.js'
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
  /** The codes as they are written, by the form in which they are compared. */
  codes: ReadonlyMap<string, string>
  prefixes: readonly string[]
}

interface Membership {
  rules: Rule[]
  excluded: Rule[]
  imported: Membership[]
  /** Names of its members, for records without a code of its systems. */
  isName: NameTest | undefined
}

/** What a value set says of one system, flattened for speed: one entry a set it imports, each with its exceptions. */
interface SystemTest {
  included: readonly Rule[]
  excluded: readonly Rule[]
}

/** A coding of an expanded value set, with its display by language. */
export interface ExpandedCode {
  system: string
  code: string
  display: LocalizedText
}

/** How codes of a system are brought to one form before they are compared. */
const CODE_FORMS: ReadonlyMap<string, (code: string) => string> = new Map([
  ['upper-case', code => code.toUpperCase()],
  ['before-plus', code => code.split('+', 1)[0] ?? code],
  ['without-dots', code => code.replaceAll('.', '')],
])

/**
 * The local terminology: value sets, displays and the several URIs under which one code system travels.
 * Value sets are compiled when the service starts; a filter the engine cannot decide is a fault of the knowledge.
 */
export class Terminology {
  private readonly systems: SystemNames
  private readonly valueSets = new Map<string, Membership>()
  private readonly sources = new Map<string, KnowledgeFile<ValueSet>>()
  private readonly tests = new Map<string, ValueSetTest>()
  private readonly displays = new Map<string, LocalizedText>()

  constructor(files: readonly KnowledgeFile[], private readonly faults: FaultList) {
    this.systems = new SystemNames(ofType<NamingSystem>(files, 'NamingSystem'), faults)
    for (const file of ofType<CodeSystem>(files, 'CodeSystem')) this.readDisplays(file.resource)
    for (const file of ofType<ValueSet>(files, 'ValueSet')) if (file.resource.url) this.sources.set(file.resource.url, file)
    for (const url of this.sources.keys()) this.compile(url, [])
  }

  /** Answers whether a coding belongs to the value set; undefined when there is no such value set. */
  readonly membership = (canonical: string): ValueSetTest | undefined => {
    const url = urlOf(canonical)
    const found = this.find(canonical)
    if (!found) return undefined
    const named = this.compileNames(found)
    const test = this.tests.get(url) ?? Object.assign(this.compileTest(found), named && { named })
    this.tests.set(url, test)
    return test
  }

  /** Codes of a value set that is written out code by code; prefixes have no expansion and are left out. */
  expand(canonical: string): ExpandedCode[] {
    const found = this.find(canonical)
    const isMember = this.membership(canonical)
    const members = found && isMember ? this.codesOf(found).filter(isMember) : []
    return [...new Map(members.map(member => [`${member.system}|${member.code}`, member] as const)).values()]
  }

  /**
   * Whether a search for the codes as they are written could miss a member: where only the beginning of a code
   * tells, or where the system's codes travel in several forms.
   */
  isOpen(canonical: string): boolean {
    const found = this.find(canonical)
    return found !== undefined && withImported(found).some(({ rules }) =>
      rules.some(({ system, prefixes }) => prefixes.length > 0 || this.systems.hasForms(system)))
  }

  private find(canonical: string): Membership | undefined {
    return lookUp(this.sources, canonical) && this.valueSets.get(urlOf(canonical))
  }

  /** What a reader calls a code, by language; undefined when no code system of ours knows it. */
  display(system: string | undefined, code: string | undefined): LocalizedText | undefined {
    return this.displays.get(`${this.systems.canonical(system)}|${code}`)
  }

  private compileTest(membership: Membership): (coding: Coding) => boolean {
    const bySystem = new Map<string, SystemTest[]>()
    for (const { rules, excluded } of withImported(membership)) {
      for (const system of new Set(rules.map(rule => rule.system))) {
        const ofSystem = (rule: Rule) => rule.system === system
        bySystem.set(system, [...(bySystem.get(system) ?? []), { included: rules.filter(ofSystem), excluded: excluded.filter(ofSystem) }])
      }
    }
    const belongs = (system: string, code: string, isPrefixEnough = anyPrefix): boolean => {
      const tests = bySystem.get(system)
      if (tests === undefined) return false
      const written = this.systems.normalForm(system, code)
      return tests.some(({ included, excluded }) => holdsAny(included, written, isPrefixEnough) && !holdsAny(excluded, written, anyPrefix))
    }
    const answerTo = (system: string | undefined, code: string): boolean => {
      if (system === undefined) return [...bySystem.keys()].some(each => belongs(each, code, hasDigit))
      const canonical = this.systems.canonical(system)
      return canonical !== undefined && belongs(canonical, code)
    }
    const known = new Map<string | undefined, Map<string, boolean>>()
    return ({ system: written, code }) => {
      if (typeof code !== 'string') return false
      const system = typeof written === 'string' ? written : undefined
      const before = known.get(system)?.get(code)
      if (before !== undefined) return before
      const answer = answerTo(system, code)
      if (code.length <= LONGEST_REMEMBERED && (system ?? '').length <= LONGEST_REMEMBERED) remember(known, system, code, answer)
      return answer
    }
  }

  /** Names speak only where a record gives no code of the systems that the set, or the set it imports, is written in. */
  private compileNames(membership: Membership): ValueSetTest['named'] {
    const sets = withImported(membership).flatMap(({ rules, isName }) => (isName ? [{ isName, systems: new Set(rules.map(({ system }) => system)) }] : []))
    if (sets.length === 0) return undefined
    return ({ texts, systems }: NamedConcept) => {
      const coded = systems.map(system => this.systems.canonical(system))
      return sets.some(({ isName, systems: own }) => !coded.some(system => system !== undefined && own.has(system)) && texts.some(isName))
    }
  }

  private codesOf(membership: Membership): ExpandedCode[] {
    const own = membership.rules.flatMap(rule =>
      [...rule.codes.values()].map(code => ({ system: rule.system, code, display: this.display(rule.system, code) ?? new Map() })))
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
      excluded: exclude.flatMap((part, index) => this.rule(part, source.file, `ValueSet.compose.exclude[${index}]`, false)),
      imported: include.flatMap(part => part.valueSet ?? []).flatMap(imported => {
        if (!lookUp(this.sources, imported)) this.faults.add('CANONICAL_UNKNOWN', source.file, 'ValueSet.compose.include', `There is no value set ${imported}.`)
        return this.compile(urlOf(imported), [...above, url]) ?? []
      }),
      isName: this.namesOf(source),
    }
    this.valueSets.set(url, membership)
    return membership
  }

  private namesOf({ resource, file }: KnowledgeFile<ValueSet>): NameTest | undefined {
    const [wanted = [], unwanted = []] = [EXTENSION.names, EXTENSION.namesExcept].map(url => extensionsOf(resource, url).flatMap(({ valueString }) => valueString ?? []))
    if (wanted.length === 0) return undefined
    try {
      return nameTest(wanted, unwanted)
    } catch {
      this.faults.add('VALUE_SET_UNSUPPORTED', file, 'ValueSet.extension', 'A pattern of names is a regular expression that runs in linear time.')
      return undefined
    }
  }

  /** @param mayImport whether a value set may stand in place of a system. */
  private rule(part: ValueSetComposeInclude, file: string, element: string, mayImport = true): Rule[] {
    const unsupported = (wanted: string): Rule[] => {
      this.faults.add('VALUE_SET_UNSUPPORTED', file, element, wanted)
      return []
    }
    if (part.valueSet && (!mayImport || part.system !== undefined || part.valueSet.length > 1)) {
      return unsupported('Name one value set an include and nothing beside it; an exclude names codes.')
    }
    if (part.valueSet) return []
    if (part.system === undefined) return unsupported('A system is missing.')
    const system = this.systems.canonical(part.system) ?? part.system
    const prefixes = (part.filter ?? []).map(filter => literalPrefix(filter))
    if (prefixes.includes(undefined) || prefixes.length > 1 || (part.concept === undefined) === (prefixes.length === 0)) {
      return unsupported('Write the codes out, or use one filter on code with op regex whose value is a literal followed by .*')
    }
    for (const { code, display, designation } of part.concept ?? []) {
      const texts = new Map(designation?.map(({ language = '', value }) => [language, value]))
      if (display && !this.displays.has(`${system}|${code}`)) this.displays.set(`${system}|${code}`, new Map([['da', display], ...texts]))
    }
    const normal = (code: string) => this.systems.normalForm(system, code)
    const codes = new Map((part.concept ?? []).map(({ code }) => [normal(code), code] as const))
    return [{ system, codes, prefixes: prefixes.flatMap(prefix => (prefix === undefined ? [] : normal(prefix))) }]
  }

  private readDisplays({ url = '', supplements = url, language = 'da', concept = [] }: CodeSystem): void {
    const system = this.systems.canonical(urlOf(supplements)) ?? ''
    const read = ({ code, display, designation, concept: below }: CodeSystemConcept): void => {
      const translations = (designation ?? []).flatMap(({ language: other, value }) => (other ? [[other, value] as const] : []))
      this.displays.set(`${system}|${code}`, new Map([...localized(display, undefined, language), ...translations]))
      below?.forEach(read)
    }
    concept.forEach(read)
  }
}

/** Most systems, and most codes of one system, whose answers a value set remembers; charts repeat few codes many times. */
const MOST_REMEMBERED = 256

/** Most characters of a system or code that is remembered; no code is that long, and what a client sends must not pile up. */
const LONGEST_REMEMBERED = 128

function remember(known: Map<string | undefined, Map<string, boolean>>, system: string | undefined, code: string, answer: boolean): void {
  if (!known.has(system) && known.size >= MOST_REMEMBERED) known.clear()
  const codes = known.get(system) ?? new Map<string, boolean>()
  if (codes.size >= MOST_REMEMBERED) codes.clear()
  known.set(system, codes.set(code, answer))
}

function holdsAny(rules: readonly Rule[], code: string, isPrefixEnough: (prefix: string) => boolean): boolean {
  for (const { codes, prefixes } of rules) {
    if (codes.has(code)) return true
    for (const prefix of prefixes) if (code.startsWith(prefix) && isPrefixEnough(prefix)) return true
  }
  return false
}

const anyPrefix = (_prefix: string): boolean => true

/** Where a code comes without its system, a beginning of letters alone could be that of any word. */
const hasDigit = (prefix: string): boolean => /\d/.test(prefix)

/** A value set and all that it imports, each with what those above it exclude. */
const withImported = ({ rules, excluded, imported, isName }: Membership, above: readonly Rule[] = []): Membership[] => {
  const exceptions = [...above, ...excluded]
  return [{ rules, excluded: exceptions, imported, isName }, ...imported.flatMap(each => withImported(each, exceptions))]
}

/** The literal beginning that a regex filter asks for, `AB12` for `AB12.*`; undefined for any other filter. */
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
      const { uniqueId = [] } = resource as Partial<NamingSystem>
      const system = (uniqueId.find(id => id.preferred) ?? uniqueId[0])?.value
      if (system === undefined) continue
      for (const { value } of uniqueId) this.preferred.set(value, system)
      for (const { valueUri } of extensionsOf(resource, EXTENSION.systemPrefix)) if (valueUri) this.prefixes.push({ prefix: valueUri, system })
      const forms = extensionsOf(resource, EXTENSION.codeForm).map(({ valueCode }) => CODE_FORMS.get(valueCode ?? ''))
      if (forms.includes(undefined)) {
        faults.add('VALUE_SET_UNSUPPORTED', file, 'NamingSystem.extension', `A code form is one of ${[...CODE_FORMS.keys()].join(', ')}.`)
      }
      this.forms.set(system, forms.flatMap(form => form ?? []))
    }
  }

  /** The one URI we compare by, whichever of its live forms a system was written in. */
  canonical(system: string | undefined): string | undefined {
    if (system === undefined) return undefined
    return this.preferred.get(system) ?? this.prefixes.find(({ prefix }) => system.startsWith(prefix))?.system ?? system
  }

  hasForms(system: string): boolean {
    return (this.forms.get(system) ?? []).length > 0
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
