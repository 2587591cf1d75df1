// docs/clinicians.md tells clinicians what the knowledge and the service do: its figures and words are those of both.
import { readFileSync } from 'node:fs'
import type { CodeSystem } from 'fhir/r4.js'
import { testKnowledge } from '../support/knowledge.js'

const DOCUMENT = readFileSync(new URL('../../docs/clinicians.md', import.meta.url), 'utf8')

const resources = testKnowledge().knowledge.files.map(({ resource }) => resource)
const codeSystem = (id: string) => resources.find(({ resourceType, id: own }) => resourceType === 'CodeSystem' && own === id) as CodeSystem

const usual = (id: string, property: string): number | undefined =>
  codeSystem(id)
    .property?.find(({ code }) => code === property)
    ?.extension?.find(({ url }) => url.endsWith('/usual-value'))?.valueInteger

test('the reasons to dismiss a card are those that its user is offered', () => {
  const [, listed = ''] = /<!-- reasons -->\n([\s\S]*?)<!-- \/reasons -->/.exec(DOCUMENT) ?? []
  const offered = testKnowledge().knowledge.terminology.expand('https://columna.example.org/fhir/ValueSet/override-reason')
  const displayOf = new Map(codeSystem('override-reason').concept?.map(({ code, display }) => [code, display] as const))
  expect(listed).toBe(offered.map(({ code }) => `- ${displayOf.get(code)}\n`).join(''))
  expect(offered.length).toBeGreaterThan(3)
})

test('the days for which a card stays away are those of the knowledge, in both languages', () => {
  const silent = usual('decision-point', 'silent-days-data-incorrect')
  const repeated = usual('card-topic', 'repeat-days')
  for (const told of [`stille i ${silent} dage`, `igen for samme patient i ${repeated} dage`]) expect(DOCUMENT).toContain(told)
  for (const told of [`silent for ${silent} days`, `for the same patient for ${repeated} days`]) expect(DOCUMENT).toContain(told)
})

test('every picture and page that it names is there, and the README leads to it', () => {
  const links = [...DOCUMENT.matchAll(/\]\(([^)#][^)]*)\)/g)].map(([, link = '']) => link)
  expect(links.length).toBeGreaterThan(3)
  for (const link of links) expect(() => readFileSync(new URL(link, new URL('../../docs/', import.meta.url)))).not.toThrow()
  expect(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')).toContain('](docs/clinicians.md)')
})
