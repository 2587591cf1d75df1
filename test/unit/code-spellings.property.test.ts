import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { NamingSystem, ValueSet, ValueSetComposeInclude } from 'fhir/r4.js'
import { FaultList } from '../../src/engine/model/faults.js'
import { readResources } from '../../src/knowledge-files/read-resources.js'
import { Terminology } from '../../src/engine/terminology/terminology.js'
import { ofType } from '../../src/engine/model/knowledge-file.js'
import { PROJECT_ROOT } from '../../src/knowledge-files/load-knowledge.js'
import { HOUSE_TERMS } from '../support/house.js'

const RUNS = 6000
const SEED = 20261126

const files = readResources(join(PROJECT_ROOT, 'fhir-resources'), new FaultList())
const terminology = new Terminology(files, new FaultList(), HOUSE_TERMS)
const valueSets = ofType<ValueSet>(files, 'ValueSet').map(({ resource }) => resource)
const namesOf = new Map(
  ofType<NamingSystem>(files, 'NamingSystem').flatMap(({ resource: { uniqueId } }) => {
    const all = uniqueId.map(({ value }) => value)
    return all.map(value => [value, all] as const)
  }),
)

const written = ({ system = '', concept = [], filter = [] }: ValueSetComposeInclude) =>
  [
    ...concept.map(({ code }) => code),
    ...filter.flatMap(({ value }) => ['', '0', '9'].map(end => value.replace(/\.\*$/, end).replaceAll('\\.', '.'))),
  ].map(code => ({ system, code }))

/** Every code that a value set writes, in or out, and codes that begin as its beginnings do. */
const codings = valueSets.flatMap(({ compose }) => [...(compose?.include ?? []), ...(compose?.exclude ?? [])].flatMap(written))

const isUrl = (system: string) => /^https?:/.test(system)
const onlyFor = (fits: (system: string) => boolean, spell: (system: string) => string) => (system: string) =>
  fits(system) ? spell(system) : system

/** Ways in which one name of a system is written. */
const spellings: ((system: string) => string)[] = [
  system => system,
  system => ` ${system}`,
  system => `${system}\u00a0`,
  system => `\ufeff${system}\n`,
  system => system.toUpperCase(),
  system => system.replace(/^[a-z]/, letter => letter.toUpperCase()),
  system => `${system}|2026-09`,
  onlyFor(isUrl, system => system.replace('http:', 'https:')),
  onlyFor(isUrl, system => `${system}/`),
  onlyFor(isUrl, system => system.replace(/^(https?:\/\/[^/]+)/, host => host.toUpperCase())),
  onlyFor(
    system => !isUrl(system),
    system => system.replace('urn:oid:', ''),
  ),
  onlyFor(
    system => !isUrl(system),
    system => system.replace('urn:oid:', 'urn.oid:'),
  ),
  onlyFor(
    system => !isUrl(system),
    system => system.replace('urn:oid:', 'oid:'),
  ),
]

const codeSpellings: ((code: string) => string | number)[] = [
  code => code,
  code => ` ${code} `,
  code => `${code}\u00a0`,
  code => (/^[1-9]\d{0,14}$/.test(code) ? Number(code) : code),
]

const isIn = (url: string, coding: { system: string; code: string | number }) => terminology.membership(url)?.(coding)

test('every spelling of a system and of a code is answered as the first, by every value set', () => {
  const some = fc.record({
    url: fc.constantFrom(...valueSets.map(({ url = '' }) => url)),
    coding: fc.constantFrom(...codings),
    name: fc.nat(),
    spell: fc.constantFrom(...spellings),
    spellCode: fc.constantFrom(...codeSpellings),
  })
  fc.assert(
    fc.property(some, ({ url, coding: { system, code }, name, spell, spellCode }) => {
      const names = namesOf.get(system) ?? [system]
      const sent = { system: spell(names[name % names.length] ?? system), code: spellCode(code) }
      expect({ sent, isMember: isIn(url, sent) }).toEqual({ sent, isMember: isIn(url, { system, code }) })
    }),
    { seed: SEED, numRuns: RUNS },
  )
})

test('each code that a value set writes belongs to it under every name and spelling of its system', () => {
  const missed = valueSets.flatMap(({ url = '', compose }) =>
    (compose?.exclude ? [] : (compose?.include ?? []))
      .flatMap(written)
      .flatMap(({ system, code }) =>
        (namesOf.get(system) ?? [system])
          .flatMap(name => spellings.map(spell => ({ url, system: spell(name), code })))
          .filter(({ system: sent }) => !isIn(url, { system: sent, code })),
      ),
  )
  expect(missed).toEqual([])
})

test('nothing that a client can send for a coding makes the answer fail, or counts without being a code', () => {
  const anything = fc.oneof(fc.anything(), fc.string(), fc.constantFrom(...codings.map(({ system }) => system)))
  fc.assert(
    fc.property(anything, fc.anything({ maxDepth: 1 }), fc.constantFrom(...valueSets.map(({ url = '' }) => url)), (system, code, url) => {
      const answer = terminology.membership(url)?.({ system, code })
      expect(typeof code === 'string' || typeof code === 'number' ? typeof answer : answer).toBe(
        typeof code === 'string' || typeof code === 'number' ? 'boolean' : false,
      )
    }),
    { seed: SEED, numRuns: 2000 },
  )
})
