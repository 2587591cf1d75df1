import type { NamingSystem, NamingSystemUniqueId } from 'fhir/r4.js'
import { extensionsOf } from '../model/extensions.js'
import type { FaultList } from '../model/faults.js'
import type { KnowledgeNames } from '../model/names.js'
import type { KnowledgeFile } from '../model/knowledge-file.js'
import { withoutEnd } from '../../plain-values/without-end.js'
import { isShort, LONGEST_REMEMBERED, MOST_REMEMBERED, trimmed } from './sent-coding.js'

/** How codes of a system are brought to one form before they are compared. */
const CODE_FORMS: ReadonlyMap<string, (code: string) => string> = new Map([
  ['upper-case', code => code.toUpperCase()],
  ['before-plus', code => code.split('+', 1)[0] ?? code],
  ['without-dots', code => code.replaceAll('.', '')],
  ['without-blanks', code => code.replaceAll(/\s/g, '')],
  ['without-danish-d', code => code.replace(/^D(?=[A-Z]\d\d)/, '')],
])

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
const squeezed = (system: string): string =>
  keyOf(system)
    .replace(/^http:\/\/(?:www\.)?/, '')
    .replaceAll(/[^a-z0-9]/g, '')

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
export class SystemNames {
  /** The system we compare by, by what its spellings have in common. */
  private readonly preferred = new Map<string, string>()
  private readonly prefixes: { prefix: string; system: string }[] = []
  private readonly named = new Map<string, NamedSystem>()
  private readonly spellings = new Map<string, string>()
  /** The names of our systems in letters and digits alone, from when they are first compared: all systems are known by then. */
  private readonly squeezedNamesOf = new Map<string, readonly string[]>()

  constructor(files: readonly KnowledgeFile<NamingSystem>[], faults: FaultList, names: KnowledgeNames) {
    for (const { file, resource } of files) {
      const { uniqueId: written = [], name = '' } = resource as Partial<NamingSystem>
      const uniqueId = written.filter(({ value }: Partial<NamingSystemUniqueId>) => value !== undefined)
      const system = (uniqueId.find(id => id.preferred) ?? uniqueId[0])?.value
      if (system === undefined) continue
      for (const { value } of uniqueId) this.preferred.set(keyOf(value), system)
      for (const { valueUri } of extensionsOf(resource, names.extension.systemPrefix))
        if (valueUri) this.prefixes.push({ prefix: valueUri.toLowerCase(), system })
      const forms = extensionsOf(resource, names.extension.codeForm).map(({ valueCode }) => CODE_FORMS.get(valueCode ?? ''))
      if (forms.includes(undefined)) {
        faults.add('VALUE_SET_UNSUPPORTED', file, 'NamingSystem.extension', `A code form is one of ${[...CODE_FORMS.keys()].join(', ')}.`)
      }
      const unmistakable = extensionsOf(resource, names.extension.recognisedWithoutSystem).map(({ valueString }) => wholeCode(valueString))
      if (unmistakable.includes(undefined)) {
        faults.add(
          'VALUE_SET_UNSUPPORTED',
          file,
          'NamingSystem.extension',
          'Codes recognised without their system are told by a regular expression in valueString.',
        )
      }
      this.named.set(system, {
        name,
        forms: forms.flatMap(form => form ?? []),
        unmistakable: unmistakable.flatMap(pattern => pattern ?? []),
      })
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
