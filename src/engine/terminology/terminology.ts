import type { CodeSystem, CodeSystemConcept, Element, NamingSystem, ValueSet, ValueSetComposeInclude } from 'fhir/r4.js'
import type { SentCoding, ValueSetTest } from '../expression/functions/value-set-test.js'
import { nameTest, type NameTest } from '../expression/names.js'
import { namedByCanonical, urlOf } from '../model/canonical.js'
import { lazily, madeOnce } from '../model/memoised.js'
import { extensionsOf } from '../model/extensions.js'
import { localized, type LocalizedText } from '../model/localized.js'
import type { FaultCode, FaultList } from '../model/faults.js'
import type { KnowledgeNames } from '../model/names.js'
import { ofType, type KnowledgeFile } from '../model/knowledge-file.js'
import { Questions } from './questions.js'
import { KnownCodings } from './known-codings.js'
import { codeOf, LONGEST_REMEMBERED, MOST_REMEMBERED, systemOf } from './sent-coding.js'
import { SystemNames } from './system-names.js'

/** A code that nearly belongs to a value set, told to an operator: `system` is the name of one of our systems, never what was sent. */
export interface NearMiss {
  system: string
  kind: NearMissKind
}

/**
 * `system`: the system is written nearly as one of ours; `code`: the code belongs in another case; `without-system`: the
 * code would belong, but its system was not told and the code alone does not tell it.
 */
export type NearMissKind = 'system' | 'code' | 'without-system'

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

/** What a property of a code may hold here. */
export type PropertyValue = number | boolean

/** A coding of an expanded value set, with its display by language. */
export interface ExpandedCode {
  system: string
  code: string
  display: LocalizedText
}

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
  private readonly definitions = new Map<string, LocalizedText>()
  /** Words of codes for one use, by use and code. */
  private readonly designations = new Map<string, LocalizedText>()
  /** Codes by `system|name`, the name in small letters. */
  private readonly codesByName = new Map<string, string>()
  /** What code systems say of their codes beside words, by property and code. */
  private readonly properties = new Map<string, PropertyValue>()
  /** What a property is for codes that do not say it, by property and system. */
  private readonly usual = new Map<string, PropertyValue>()
  private readonly listeners: ((miss: NearMiss) => void)[] = []
  private readonly told = new Set<string>()

  /** How the knowledge names what is its own. */
  readonly names: KnowledgeNames
  /** Language of what names none. */
  readonly language: string
  /** The questions of the forms of the knowledge. */
  readonly questions: Questions
  /** Whether the patterns of names are known to be sound, so that each is read when it is first asked for. */
  private readonly isSound: boolean
  private readonly namesToRead: (() => void)[] = []
  /** Value sets of which something could not be read. */
  private readonly partial = new Set<string>()

  constructor(
    files: readonly KnowledgeFile[],
    private readonly faults: FaultList,
    { names, language, isSound = false }: { names: KnowledgeNames; language: string; isSound?: boolean | undefined },
  ) {
    this.isSound = isSound
    this.names = names
    this.language = language
    this.questions = new Questions(files, language)
    this.systems = new SystemNames(ofType<NamingSystem>(files, 'NamingSystem'), faults, names)
    for (const file of ofType<CodeSystem>(files, 'CodeSystem')) this.readDisplays(file.resource)
    for (const file of ofType<ValueSet>(files, 'ValueSet')) if (file.resource.url) this.sources.set(file.resource.url, file)
    for (const url of this.sources.keys()) this.compile(url, [])
  }

  /** Makes the tests of names that were not yet asked for, each by a call of its own. */
  get unfinished(): readonly (() => void)[] {
    return this.namesToRead
  }

  /** Answers whether a coding belongs to the value set; undefined when there is no such value set. */
  readonly membership = (canonical: string): ValueSetTest | undefined => {
    const url = urlOf(canonical)
    const found = this.find(canonical)
    if (!found) return undefined
    const before = this.tests.get(url)
    if (before) return before
    const named = this.compileNames(found)
    const test: ValueSetTest = Object.assign(this.compileTest(found), named && { named })
    this.tests.set(url, test)
    return test
  }

  /** Tells of every coding that nearly belongs to a value set, once while it is remembered: its first look-up, not each. */
  onNearMiss(listener: (miss: NearMiss) => void): void {
    this.listeners.push(listener)
  }

  /** Codes of a value set that is written out code by code; prefixes have no expansion and are left out. */
  expand(canonical: string): readonly ExpandedCode[] {
    const found = this.find(canonical)
    const isMember = this.membership(canonical)
    return found && isMember ? this.expansionOf(found, isMember) : []
  }

  private readonly expansionOf = madeOnce((found: Membership, isMember: ValueSetTest): readonly ExpandedCode[] => {
    const members = this.codesOf(found).filter(isMember)
    return [...new Map(members.map(member => [`${member.system}|${member.code}`, member] as const)).values()]
  })

  /**
   * Whether a search for the codes as they are written could miss a member: where only the beginning of a code
   * tells, where the system's codes travel in several forms, or where names tell.
   */
  isOpen(canonical: string): boolean {
    const found = this.find(canonical)
    return (
      found !== undefined &&
      withImported(found).some(
        ({ rules, isName }) =>
          isName !== undefined || rules.some(({ system, prefixes }) => prefixes.length > 0 || this.systems.hasForms(system)),
      )
    )
  }

  /** Whether everything that a value set says could be read, also of those it imports. */
  isWhole(canonical: string): boolean {
    return !this.partial.has(urlOf(canonical))
  }

  private find(canonical: string): Membership | undefined {
    return namedByCanonical(this.sources, canonical) && this.valueSets.get(urlOf(canonical))
  }

  /** What a reader calls a code, by language; undefined when no code system of ours knows it. */
  display(system: string | undefined, code: string | undefined): LocalizedText | undefined {
    return this.displays.get(this.keyOf(system, code))
  }

  /** What a code means, in a sentence or two, by language; undefined where no code system of ours says it. */
  definition(system: string | undefined, code: string | undefined): LocalizedText | undefined {
    return this.definitions.get(this.keyOf(system, code))
  }

  /** What a code is called for one use, a code of `designation-use` such as `short`, by language; undefined where it has no such words. */
  designation(system: string | undefined, code: string | undefined, use: string): LocalizedText | undefined {
    return this.designations.get(`${use} ${this.keyOf(system, code)}`)
  }

  /**
   * What a code system says of its code in a property, such as how long a card of a family may be: of this code, else of
   * all that do not say it themselves; undefined where it says nothing.
   */
  property(system: string | undefined, code: string | undefined, property: string): PropertyValue | undefined {
    return this.properties.get(`${property} ${this.keyOf(system, code)}`) ?? this.usual.get(`${property} ${this.keyOf(system, '')}`)
  }

  /** The largest number that a code system says of any of its codes in a property; 0 where it says none. */
  largest(system: string, property: string): number {
    const [start, values] = [`${property} ${this.keyOf(system, '')}`, [...this.properties, ...this.usual]]
    return values.reduce((most, [name, value]) => (typeof value === 'number' && name.startsWith(start) ? Math.max(most, value) : most), 0)
  }

  private keyOf(system: string | undefined, code: string | undefined): string {
    return `${system === undefined ? '' : this.systems.canonical(system)}|${code}`
  }

  /** The code of a system that a name of ours means, in whatever language and case. */
  codeCalled(system: string, name: string): string | undefined {
    return this.codesByName.get(`${this.systems.canonical(system)}|${name.trim().toLowerCase()}`)
  }

  /** The short name of a question, by language. */
  label(item: object): LocalizedText | undefined {
    return this.questions.label(item)
  }

  private compileTest(membership: Membership): ValueSetTest {
    const bySystem = this.bySystem(membership)
    const belongs = (system: string, code: string, isSame = false): boolean => {
      const tests = bySystem.get(system)
      if (tests === undefined) return false
      const written = this.systems.normalForm(system, code)
      return tests.some(({ included, excluded }) => holdsAny(included, written, isSame) && !holdsAny(excluded, written, isSame))
    }
    const systems = [...bySystem.keys()]
    const answerTo = (system: string | undefined, code: string): boolean => {
      if (system === undefined) return systems.some(each => this.systems.tells(each, code) && belongs(each, code))
      return belongs(this.systems.canonical(system), code)
    }
    const missed = (system: string | undefined, code: string): NearMiss | undefined => {
      if (system === undefined) {
        const without = systems.find(each => belongs(each, code))
        return without === undefined ? undefined : { system: without, kind: 'without-system' }
      }
      const canonical = this.systems.canonical(system)
      if (belongs(canonical, code, true)) return { system: canonical, kind: 'code' }
      const near = this.systems.isKnown(canonical)
        ? undefined
        : systems.find(each => belongs(each, code) && this.systems.isNear(each, system))
      return near === undefined ? undefined : { system: near, kind: 'system' }
    }
    const known = new KnownCodings()
    return coding => {
      if (typeof coding === 'string') {
        const plainCode = codeOf({ code: coding })
        return plainCode !== undefined && systems.some(each => belongs(each, plainCode))
      }
      const before = known.answerTo(coding)
      if (before !== undefined) return before
      const code = codeOf(coding)
      if (code === undefined) return false
      const system = systemOf(coding)
      const answer = answerTo(system, code)
      if (!answer) this.tell(missed(system, code), `${system}|${code}`)
      known.note(coding, answer)
      return answer
    }
  }

  /** @param coding the coding as it was sent, so that one that nearly belongs to several value sets is told of once */
  private tell(miss: NearMiss | undefined, coding: string): void {
    if (miss === undefined || this.listeners.length === 0 || this.told.has(coding)) return
    if (this.told.size >= MOST_REMEMBERED) this.told.clear()
    if (coding.length <= LONGEST_REMEMBERED) this.told.add(coding)
    const named = { ...miss, system: this.systems.nameOf(miss.system) }
    for (const listener of this.listeners) listener(named)
  }

  private bySystem(membership: Membership): Map<string, SystemTest[]> {
    const bySystem = new Map<string, SystemTest[]>()
    for (const { rules, excluded } of withImported(membership)) {
      for (const system of new Set(rules.map(rule => rule.system))) {
        const ofSystem = (rule: Rule) => rule.system === system
        bySystem.set(system, [...(bySystem.get(system) ?? []), { included: rules.filter(ofSystem), excluded: excluded.filter(ofSystem) }])
      }
    }
    return bySystem
  }

  /** Names speak only where a record gives no code of the systems that the set, or the set it imports, is written in. */
  private compileNames(membership: Membership): ValueSetTest['named'] {
    const sets = withImported(membership).flatMap(({ rules, isName }) =>
      isName ? [{ isName, systems: new Set(rules.map(({ system }) => system)) }] : [],
    )
    if (sets.length === 0) return undefined
    return (name, codings) => {
      // The name first: it is remembered, and few records have a name that is meant.
      for (const { isName, systems } of sets)
        if (isName(name) && !codings.some(coding => coding && this.isOfOne(systems, coding))) return true
      return false
    }
  }

  /** Whether a coding gives a code of one of these systems, told by its system or by the code itself. */
  private isOfOne(systems: ReadonlySet<string>, coding: SentCoding): boolean {
    const [system, code] = [systemOf(coding), codeOf(coding)]
    if (code === undefined) return false
    return system === undefined ? [...systems].some(each => this.systems.tells(each, code)) : systems.has(this.systems.canonical(system))
  }

  private codesOf(membership: Membership): ExpandedCode[] {
    const own = membership.rules.flatMap(rule =>
      [...rule.codes.values()].map(code => ({ system: rule.system, code, display: this.display(rule.system, code) ?? new Map() })),
    )
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
      rules: include.flatMap((part, index) => this.rule(part, source, `ValueSet.compose.include[${index}]`)),
      excluded: exclude.flatMap((part, index) => this.rule(part, source, `ValueSet.compose.exclude[${index}]`, false)),
      imported: include
        .flatMap(part => part.valueSet ?? [])
        .flatMap(imported => {
          if (!namedByCanonical(this.sources, imported))
            this.unread(source, 'CANONICAL_UNKNOWN', 'ValueSet.compose.include', `There is no value set ${imported}.`)
          const compiled = this.compile(urlOf(imported), [...above, url])
          if (!this.isWhole(imported)) this.partial.add(url)
          return compiled ?? []
        }),
      isName: this.namesOf(source),
    }
    if (!source.resource.compose && !membership.isName) this.partial.add(url)
    this.valueSets.set(url, membership)
    return membership
  }

  /** Reports what of a value set cannot be read. */
  private unread({ file, resource }: KnowledgeFile<ValueSet>, code: FaultCode, element: string, message: string): void {
    this.faults.add(code, file, element, message)
    this.partial.add(resource.url ?? '')
  }

  private namesOf(source: KnowledgeFile<ValueSet>): NameTest | undefined {
    const { resource } = source
    const [wanted = [], unwanted = []] = [this.names.extension.names, this.names.extension.namesExcept].map(url =>
      extensionsOf(resource, url).flatMap(({ valueString }) => valueString ?? []),
    )
    if (wanted.length === 0) return undefined
    const test = lazily(() => nameTest(wanted, unwanted))
    this.namesToRead.push(test)
    try {
      if (!this.isSound) test()
      return remembered(name => test()(name))
    } catch {
      this.unread(
        source,
        'VALUE_SET_UNSUPPORTED',
        'ValueSet.extension',
        'A pattern of names is a regular expression that runs in linear time.',
      )
      return undefined
    }
  }

  /** @param mayImport whether a value set may stand in place of a system. */
  private rule(part: ValueSetComposeInclude, source: KnowledgeFile<ValueSet>, element: string, mayImport = true): Rule[] {
    const unsupported = (wanted: string): Rule[] => {
      this.unread(source, 'VALUE_SET_UNSUPPORTED', element, wanted)
      return []
    }
    if (part.valueSet && (!mayImport || part.system !== undefined || part.valueSet.length > 1)) {
      return unsupported('Name one value set an include and nothing beside it; an exclude names codes.')
    }
    if (part.valueSet) return []
    if (part.system === undefined) return unsupported('A system is missing.')
    const system = this.systems.own(part.system)
    const filters = (part.filter ?? []).map(filter => literalPrefix(filter))
    const prefixes = part.concept === undefined && part.filter === undefined ? [''] : filters
    if (filters.includes(undefined) || filters.length > 1 || (part.concept === undefined) === (prefixes.length === 0)) {
      return unsupported(
        'Write the codes out, use one filter on code with op regex whose value is a literal followed by .*, or name a system alone for all its codes.',
      )
    }
    for (const { code, display, designation } of part.concept ?? []) {
      const texts = new Map(designation?.map(({ language = '', value }) => [language, value]))
      if (display && !this.displays.has(`${system}|${code}`))
        this.displays.set(`${system}|${code}`, new Map([[this.language, display], ...texts]))
    }
    const normal = (code: string) => this.systems.normalForm(system, code)
    const codes = new Map((part.concept ?? []).map(({ code }) => [normal(code), code] as const))
    return [{ system, codes, prefixes: prefixes.flatMap(prefix => (prefix === undefined ? [] : normal(prefix))) }]
  }

  private readDisplays({
    url = '',
    supplements = url,
    language = this.language,
    concept = [],
    property: properties = [],
  }: CodeSystem): void {
    const system = this.systems.own(urlOf(supplements))
    for (const property of properties) {
      const usual = extensionsOf(property, this.names.extension.usualValue)[0]?.valueInteger
      if (usual !== undefined) this.usual.set(`${property.code} ${system}|`, usual)
    }
    const read = (concept: CodeSystemConcept): void => {
      const {
        code,
        display,
        definition,
        _definition,
        designation = [],
        property = [],
      } = concept as CodeSystemConcept & { _definition?: Element }
      const key = `${system}|${code}`
      const translations = designation.flatMap(({ language: other, use, value }) => (other && !use ? [[other, value] as const] : []))
      this.displays.set(key, new Map([...localized(display, undefined, language), ...translations]))
      for (const name of [display, ...designation.map(({ value }) => value)])
        if (name !== undefined) this.codesByName.set(`${system}|${name.trim().toLowerCase()}`, code)
      if (definition !== undefined) this.definitions.set(key, localized(definition, _definition, language))
      for (const { language: other = language, use, value } of designation) {
        if (use?.system !== this.names.designationUses || use.code === undefined) continue
        const named = `${use.code} ${key}`
        this.designations.set(named, new Map([...(this.designations.get(named) ?? []), [other, value]]))
      }
      for (const { code: name, valueInteger, valueBoolean } of property) {
        const value = valueInteger ?? valueBoolean
        if (value !== undefined) this.properties.set(`${name} ${key}`, value)
      }
      concept.concept?.forEach(read)
    }
    concept.forEach(read)
  }
}

/** The same test, with the answers to short names remembered: a chart calls few things by many records. */
function remembered(test: NameTest): NameTest {
  const known = new Map<string, boolean>()
  return name => {
    const before = known.get(name)
    if (before !== undefined) return before
    const answer = test(name)
    if (known.size >= MOST_REMEMBERED) known.clear()
    if (name.length <= LONGEST_REMEMBERED) known.set(name, answer)
    return answer
  }
}

/** The codes of rules in upper case, each put so when it is first asked for. */
const upperCases = new WeakMap<Rule['codes'], ReadonlySet<string>>()

function inUpperCase(codes: Rule['codes']): ReadonlySet<string> {
  const before = upperCases.get(codes)
  if (before) return before
  const upper = new Set([...codes.keys()].map(code => code.toUpperCase()))
  upperCases.set(codes, upper)
  return upper
}

/** @param ignoresCase whether the case of letters makes no difference */
function holdsAny(rules: readonly Rule[], code: string, ignoresCase = false): boolean {
  const same = (text: string) => (ignoresCase ? text.toUpperCase() : text)
  const wanted = same(code)
  for (const { codes, prefixes } of rules) {
    if (ignoresCase ? inUpperCase(codes).has(wanted) : codes.has(code)) return true
    for (const prefix of prefixes) if (wanted.startsWith(same(prefix))) return true
  }
  return false
}

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
