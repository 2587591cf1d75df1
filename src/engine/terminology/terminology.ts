import type { CodeSystem, CodeSystemConcept, NamingSystem, ValueSet, ValueSetComposeInclude } from 'fhir/r4.js'
import type { SentCoding, ValueSetTest } from '../expression/functions/value-set-test.js'
import { nameTest, type NamedConcept, type NameTest } from '../expression/names.js'
import { withoutEnd } from '../model/without-end.js'
import { lookUp, urlOf } from '../model/canonical.js'
import { EXTENSION, extensionsOf } from '../model/extensions.js'
import { localized, type LocalizedText } from '../model/localized.js'
import type { FaultList } from '../model/faults.js'
import { ofType, type KnowledgeFile } from '../model/knowledge-file.js'

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
  ['without-blanks', code => code.replaceAll(/\s/g, '')],
  ['without-danish-d', code => code.replace(/^D(?=[A-Z]\d\d)/, '')],
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
  private readonly listeners: ((miss: NearMiss) => void)[] = []
  private readonly told = new Set<string>()

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
  expand(canonical: string): ExpandedCode[] {
    const found = this.find(canonical)
    const isMember = this.membership(canonical)
    const members = found && isMember ? this.codesOf(found).filter(isMember) : []
    return [...new Map(members.map(member => [`${member.system}|${member.code}`, member] as const)).values()]
  }

  /**
   * Whether a search for the codes as they are written could miss a member: where only the beginning of a code
   * tells, where the system's codes travel in several forms, or where names tell.
   */
  isOpen(canonical: string): boolean {
    const found = this.find(canonical)
    return found !== undefined && withImported(found).some(({ rules, isName }) =>
      isName !== undefined || rules.some(({ system, prefixes }) => prefixes.length > 0 || this.systems.hasForms(system)))
  }

  private find(canonical: string): Membership | undefined {
    return lookUp(this.sources, canonical) && this.valueSets.get(urlOf(canonical))
  }

  /** What a reader calls a code, by language; undefined when no code system of ours knows it. */
  display(system: string | undefined, code: string | undefined): LocalizedText | undefined {
    return this.displays.get(`${system === undefined ? '' : this.systems.canonical(system)}|${code}`)
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
      const near = this.systems.isKnown(canonical) ? undefined : systems.find(each => belongs(each, code) && this.systems.isNear(each, system))
      return near === undefined ? undefined : { system: near, kind: 'system' }
    }
    const known = new Map<unknown, Map<unknown, boolean>>()
    return coding => {
      if (typeof coding === 'string') return systems.some(each => belongs(each, trimmed(coding)))
      const before = known.get(coding?.system)?.get(coding?.code)
      if (before !== undefined) return before
      const code = codeOf(coding)
      if (code === undefined) return false
      const system = systemOf(coding)
      const answer = answerTo(system, code)
      if (!answer) this.tell(missed(system, code), `${system}|${code}`)
      remember(known, coding, answer)
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
    const sets = withImported(membership).flatMap(({ rules, isName }) => (isName ? [{ isName, systems: new Set(rules.map(({ system }) => system)) }] : []))
    if (sets.length === 0) return undefined
    return ({ name, codings }: NamedConcept) =>
      // The name first: it is remembered, and few records have a name that is meant.
      sets.some(({ isName, systems }) => isName(name) && !codings.some(coding => this.isOfOne(systems, coding)))
  }

  /** Whether a coding gives a code of one of these systems, told by its system or by the code itself. */
  private isOfOne(systems: ReadonlySet<string>, coding: SentCoding): boolean {
    const [system, code] = [systemOf(coding), codeOf(coding)]
    if (code === undefined) return false
    return system === undefined ? [...systems].some(each => this.systems.tells(each, code)) : systems.has(this.systems.canonical(system))
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
      return remembered(nameTest(wanted, unwanted))
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
    const system = this.systems.own(part.system)
    const filters = (part.filter ?? []).map(filter => literalPrefix(filter))
    const prefixes = part.concept === undefined && part.filter === undefined ? [''] : filters
    if (filters.includes(undefined) || filters.length > 1 || (part.concept === undefined) === (prefixes.length === 0)) {
      return unsupported('Write the codes out, use one filter on code with op regex whose value is a literal followed by .*, or name a system alone for all its codes.')
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
    const system = this.systems.own(urlOf(supplements))
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

function remember(known: Map<unknown, Map<unknown, boolean>>, { system, code }: SentCoding, answer: boolean): void {
  if (!isShort(system) || !isShort(code)) return
  if (!known.has(system) && known.size >= MOST_REMEMBERED) known.clear()
  const codes = known.get(system) ?? new Map<unknown, boolean>()
  if (codes.size >= MOST_REMEMBERED) codes.clear()
  known.set(system, codes.set(code, answer))
}

/** Whether a value may be remembered: short, and compared by what it says. */
const isShort = (value: unknown): boolean =>
  value === undefined || value === null || typeof value === 'number' || (typeof value === 'string' && value.length <= LONGEST_REMEMBERED)

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

const INVISIBLE = /[\u00ad\u200b-\u200d\u2060\ufeff]/g

/** Text as nearly all codes and systems are written: nothing in it that is not seen. */
const PLAINLY_SEEN = /^[!-~]+$/

/** A text without blanks at its ends, hard ones and those without width among them. */
const trimmed = (text: string): string => (PLAINLY_SEEN.test(text) ? text : text.replace(INVISIBLE, '').trim())

/** Most characters of a code or system that are looked at: none of ours is nearly as long, so what is longer is none either way. */
const LONGEST_WRITTEN = 2_048

/** The code that was sent, also as a number; undefined for anything that is none. */
function codeOf({ code }: SentCoding): string | undefined {
  if (typeof code === 'number') return Number.isSafeInteger(code) && code >= 0 ? String(code) : undefined
  return typeof code === 'string' ? trimmed(code.slice(0, LONGEST_WRITTEN)) || undefined : undefined
}

/** The system that was sent; an empty one, or one that is no text, is none. */
function systemOf({ system }: SentCoding): string | undefined {
  return typeof system === 'string' ? trimmed(system.slice(0, LONGEST_WRITTEN)) || undefined : undefined
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

/** An object identifier as it is found: `urn:oid:` in any case, with a dot for a colon, in part, or left out. */
const OID = /^(?:urn[:.])?(?:oid[:.])?([0-2](?:\.\d+)+)$/

/** What all spellings of one system have in common: case, scheme, a closing slash, a version, the ways of writing an OID. */
function keyOf(system: string): string {
  if (system.length > LONGEST_REMEMBERED) return system
  const written = trimmed(system.split(/[|#]/, 1)[0] ?? '').toLowerCase()
  const oid = OID.exec(written)?.[1]
  return oid === undefined ? withoutEnd(written.replace(/^https:/, 'http:'), '/') : `urn:oid:${oid}`
}

/** The letters and digits of a system's name alone. */
const squeezed = (system: string): string => keyOf(system).replace(/^http:\/\/(?:www\.)?/, '').replaceAll(/[^a-z0-9]/g, '')

/** Fewest letters that the beginning of one of our systems must have to be taken for a slip of it. */
const SHORTEST_NEAR = 6

/** A code system of which a NamingSystem tells. */
interface NamedSystem {
  name: string
  forms: ((code: string) => string)[]
  /** Codes that are unmistakably of this system, also where no system stands beside them. */
  unmistakable: RegExp[]
}

/** The names under which each code system travels, read from NamingSystem resources. */
class SystemNames {
  /** The system we compare by, by what its spellings have in common. */
  private readonly preferred = new Map<string, string>()
  private readonly prefixes: { prefix: string; system: string }[] = []
  private readonly named = new Map<string, NamedSystem>()
  private readonly spellings = new Map<string, string>()
  /** The names of our systems in letters and digits alone, from when they are first compared: all systems are known by then. */
  private readonly squeezedNamesOf = new Map<string, readonly string[]>()

  constructor(files: readonly KnowledgeFile<NamingSystem>[], faults: FaultList) {
    for (const { file, resource } of files) {
      const { uniqueId = [], name = '' } = resource as Partial<NamingSystem>
      const system = (uniqueId.find(id => id.preferred) ?? uniqueId[0])?.value
      if (system === undefined) continue
      for (const { value } of uniqueId) this.preferred.set(keyOf(value), system)
      for (const { valueUri } of extensionsOf(resource, EXTENSION.systemPrefix)) if (valueUri) this.prefixes.push({ prefix: valueUri.toLowerCase(), system })
      const forms = extensionsOf(resource, EXTENSION.codeForm).map(({ valueCode }) => CODE_FORMS.get(valueCode ?? ''))
      if (forms.includes(undefined)) {
        faults.add('VALUE_SET_UNSUPPORTED', file, 'NamingSystem.extension', `A code form is one of ${[...CODE_FORMS.keys()].join(', ')}.`)
      }
      const unmistakable = extensionsOf(resource, EXTENSION.recognisedWithoutSystem).map(({ valueString }) => wholeCode(valueString))
      if (unmistakable.includes(undefined)) {
        faults.add('VALUE_SET_UNSUPPORTED', file, 'NamingSystem.extension', 'Codes recognised without their system are told by a regular expression in valueString.')
      }
      this.named.set(system, { name, forms: forms.flatMap(form => form ?? []), unmistakable: unmistakable.flatMap(pattern => pattern ?? []) })
    }
  }

  /** The one URI we compare by, for a system that the knowledge itself writes; from then on it is known. */
  own(system: string): string {
    const known = this.canonical(system)
    if (!this.preferred.has(keyOf(known))) this.preferred.set(keyOf(known), known)
    this.spellings.clear()
    this.squeezedNamesOf.clear()
    return known
  }

  /** The one URI we compare by, however a system was spelled; a system that we do not know stays as it is. */
  canonical(system: string): string {
    const before = this.spellings.get(system)
    if (before !== undefined) return before
    const key = keyOf(system)
    const found = this.preferred.get(key) ?? this.prefixes.find(({ prefix }) => key.startsWith(prefix))?.system ?? system
    if (this.spellings.size >= MOST_REMEMBERED) this.spellings.clear()
    if (isShort(system)) this.spellings.set(system, found)
    return found
  }

  /** Whether a system, as `canonical` gives it, is one that the knowledge uses or names. */
  isKnown(system: string): boolean {
    return this.preferred.get(keyOf(system)) === system
  }

  /** Whether a system that we do not know is written nearly as one that we do. */
  isNear(ours: string, written: string): boolean {
    const found = squeezed(written)
    if (found.length < SHORTEST_NEAR && found !== squeezed(this.nameOf(ours))) return false
    return this.squeezedNames(ours).some(name => name.startsWith(found) || found.startsWith(name))
  }

  private squeezedNames(ours: string): readonly string[] {
    const before = this.squeezedNamesOf.get(ours)
    if (before) return before
    const names = [this.nameOf(ours), ...[...this.preferred].flatMap(([key, system]) => (system === ours ? [key] : []))].map(squeezed)
    this.squeezedNamesOf.set(ours, names)
    return names
  }

  /** What an operator calls a system of ours. */
  nameOf(system: string): string {
    return this.named.get(system)?.name ?? system
  }

  /** Whether a code tells by itself that it is of this system. */
  tells(system: string, code: string): boolean {
    return this.named.get(system)?.unmistakable.some(pattern => pattern.test(code)) ?? false
  }

  hasForms(system: string): boolean {
    return (this.named.get(system)?.forms ?? []).length > 0
  }

  normalForm(system: string, code: string): string {
    const forms = this.named.get(system)?.forms
    return forms === undefined ? code : forms.reduce((written, form) => form(written), code)
  }
}

/** A pattern that a whole code must fit, in any case; undefined where none can be read. */
function wholeCode(pattern: string | undefined): RegExp | undefined {
  if (!pattern) return undefined
  try {
    return new RegExp(`^(?:${pattern})$`, 'i')
  } catch {
    return undefined
  }
}
