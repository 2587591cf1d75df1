// The pages that people read: what they hold, what they must never hold, and that every way on them leads somewhere.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import type { CdsResponse } from '../../src/cds-hooks/types.js'
import { prefetchedCall } from '../support/hook-requests.js'
import { english, knowledgeOf, plan, planOf, topAction } from '../support/knowledge-builder.js'
import type { Listening } from '../support/listen.js'
import { startTestService, testKnowledge } from '../support/service.js'
import { lixOfLeaflets } from '../../tools/lix.js'

let service: Listening

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service.close())

const get = (path: string) => supertest(service.url).get(path).set('accept', 'text/html')
const PARACETAMOL = '/guidelines/analgesic-orders/paracetamol-recent'

/** Ids and addresses that a page holds. */
const idsIn = (html: string) => [...html.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id)
const linksIn = (html: string) => [...html.matchAll(/(?:href|src|action)="([^"]+)"/g)].map(([, link = '']) => link.replaceAll('&amp;', '&'))

describe('a page', () => {
  test.each(['/guidelines', PARACETAMOL])('has no script, no style of its own, and asks nobody else: %s', async path => {
    const { headers, text } = await get(path).expect(200).expect('content-type', 'text/html; charset=utf-8')
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'",
    )
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(text).not.toMatch(/<script|<style| style=| on\w+=|javascript:/i)
    const fetched = [...text.matchAll(/<(?:img|link)[^>]*(?:src|href)="([^"]+)"/g)].map(([, address]) => address)
    expect(fetched.length).toBeGreaterThan(1)
    expect(fetched.filter(address => !address?.startsWith('/assets/'))).toEqual([])
  })

  test('may be kept for a while, under a tag, and its stylesheet for ever', async () => {
    const { headers, text } = await get(PARACETAMOL).expect(200)
    expect(headers['cache-control']).toMatch(/^public, max-age=\d+$/)
    await get(PARACETAMOL).set('if-none-match', String(headers.etag)).expect(304)
    const [stylesheet = ''] = linksIn(text).filter(link => link.endsWith('.css'))
    await get(stylesheet)
      .expect(200)
      .expect('content-type', 'text/css; charset=utf-8')
      .expect('cache-control', /immutable/)
    await get('/assets/pages-000000000000.css').expect(404)
  })

  test('is Danish unless English is asked for, whatever the browser prefers', async () => {
    const danish = await get(PARACETAMOL).set('accept-language', 'en').expect(200).expect('content-language', 'da')
    expect(danish.text).toContain('<html lang="da">')
    expect(danish.text).toContain('Tillid til evidensen')
    const english = await get(`${PARACETAMOL}?lang=en`).expect(200).expect('content-language', 'en')
    expect(english.text).toContain('<html lang="en">')
    expect(english.text).toContain('Confidence in the evidence')
    await get(`${PARACETAMOL}?lang=xx`).expect(200).expect('content-language', 'da')
  })

  test('is answered to HEAD without its text, and to nothing else', async () => {
    expect((await supertest(service.url).head(PARACETAMOL).expect(200)).text).toBeUndefined()
    const { text } = await supertest(service.url)
      .post(PARACETAMOL)
      .set('accept', 'text/html')
      .expect(405)
      .expect('allow', 'GET, HEAD, OPTIONS')
    expect(text).toContain('<html lang="da">')
  })
})

describe('the page of a recommendation', () => {
  test('says grade, certainty and what both mean, the conditions, the lines with their points, and the sources', async () => {
    const { text } = await get(PARACETAMOL).expect(200)
    for (const said of [
      'Svag anbefaling imod',
      'Kun efter nøje overvejelse',
      'Moderat',
      'Gælder når',
      'Sundhedsstyrelsen',
      'farmakologisk behandling',
    ])
      expect(text.toLowerCase()).toContain(said.toLowerCase())
    expect(idsIn(text)).toEqual(expect.arrayContaining(['LBP-10', 'SS-08', 'SS-09']))
  })

  test('says in words that it advises against something, whatever the thumb beside it shows', async () => {
    const page = '/guidelines/before-treatment-orders/no-new-course'
    expect((await get(page)).text).toContain('<strong>Skal ikke</strong>')
    expect((await get(`${page}?lang=en`)).text).toContain('<strong>Must not</strong>')
  })

  test('marks a document that is no longer in force', async () => {
    expect((await get('/guidelines/exercise-orders/training-root')).text).toContain('IKKE GÆLDENDE')
    expect((await get('/guidelines/exercise-orders/training-root?lang=en')).text).toContain('NOT IN FORCE')
  })

  test('has every id once', async () => {
    const { text } = await get('/guidelines/root-affection-guideline/root-affection').expect(200)
    const ids = idsIn(text)
    expect(ids.length).toBeGreaterThan(40)
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  test('is found by any action that stands on it', () =>
    get('/guidelines/root-affection-guideline/retired-activity?lang=en')
      .expect(303)
      .expect('location', '/guidelines/root-affection-guideline/root-affection?lang=en#retired-activity'))

  test('and by a decision point that speaks on it, where it heads the card before others', async () => {
    await get('/guidelines/points/LBP-10').expect(303).expect('location', `${PARACETAMOL}#LBP-10`)
    await get('/guidelines/points/RAD-09?lang=en')
      .expect(303)
      .expect('location', /\?lang=en#RAD-09$/)
  })

  test('tells what is written in the place of a value', async () => {
    expect((await get(PARACETAMOL)).text).toMatch(/‹[^›{}%]+›/)
  })

  test('and the words that are only chosen, not the condition that they are chosen by', async () => {
    const { text } = await get('/guidelines/recent-onset-low-back-pain/recent-onset-guideline').expect(200)
    expect(text).toContain('Uspecifikke smerter‹ i (højst) … dage›.‹ Intet stærkt rødt flag.›')
    expect((await get('/guidelines/start-back/medium-risk?lang=en')).text).toContain(
      '‹follow up, and assess the risk again / consider supplementary treatment›',
    )
  })

  test('a title that its text does not go on from ends as a sentence', async () => {
    expect((await get('/guidelines/neurogenic-pain-orders/neurogenic-stenosis')).text).toContain(
      '<strong>Risiko for fald.</strong> Svimmelhed',
    )
  })
})

describe('evidence', () => {
  /** Tables of the sources, by the path that leads to the page and the place on it. */
  const TABLES = readFileSync(new URL('./evidence-tables.md', import.meta.url), 'utf8')
    .split('\n## ')
    .slice(1)
    .map(text => {
      const [path = '', ...lines] = text.split('\n')
      const rows = lines.filter(line => line.startsWith('| ')).slice(1)
      return { path: `/guidelines/${path}`, rows: rows.map(row => row.split('|').map(cell => cell.trim())) }
    })

  /** What a row of figures holds: numbers however they are put, below zero where the table says lower. */
  const figuresIn = (text: string): string[] =>
    [...text.replaceAll(/(\d+(?:,\d+)?) lavere til/g, '-$1 til').matchAll(/-?\d+(?:,\d+)?/g)].map(([figure]) => figure)

  test('is of 78 rows in 13 tables', () => {
    expect([TABLES.length, TABLES.flatMap(({ rows }) => rows).length]).toEqual([13, 78])
  })

  test.each(TABLES)('has every figure of the source on the page: $path', async ({ path, rows }) => {
    const { headers } = await get(path).expect(303)
    const [address = '', anchor = ''] = String(headers.location).split('#')
    const { text } = await get(address).expect(200)
    const place = text.slice(text.indexOf(` id="${anchor}"`)).split('<div class="evidence"')[0] ?? ''
    const shown = [...place.matchAll(/<tr><th scope="row">([^<]*)<\/th>(.*?)<\/tr>/g)].map(([, outcome = '', cells = '']) => ({
      outcome,
      cells: cells
        .replaceAll(/<svg.*?<\/svg>/g, '')
        .replaceAll(/<[^>]+>/g, ' ')
        .replaceAll('.', ''),
    }))
    expect(shown).toHaveLength(rows.length)
    for (const [, outcome = '', ...cells] of rows) {
      const row = shown.find(each => outcome.startsWith(each.outcome))
      expect({ outcome, figures: figuresIn(row?.cells ?? '').sort() }).toEqual({ outcome, figures: figuresIn(cells.join(' ')).sort() })
      const certainty = cells.at(-2) ?? ''
      if (/^(høj|moderat|lav|meget lav)$/.test(certainty)) expect(row?.cells).toMatch(new RegExp(`\\s${certainty}\\s*$`))
    }
  })

  test('is drawn where there is an interval to draw', async () => {
    const { text } = await get('/guidelines/exercise-orders/training-root').expect(200)
    expect([...text.matchAll(/<line class="interval"/g)].length).toBeGreaterThan(10)
    expect(text).toContain('class="relevant"')
  })

  test('where no direction holds, none is shown', async () => {
    const { text } = await get('/guidelines/exercise-orders/training-root').expect(200)
    expect(text).toContain('ingen sikker forskel; tekst og tabel er uenige')
    expect(text).not.toContain('0,75')
  })
})

describe('a leaflet for patients', () => {
  const LEAFLETS = Object.entries(lixOfLeaflets(testKnowledge()))

  test.each(LEAFLETS)('is written in both languages, in plain words: %s', async (id, lix) => {
    expect(Object.keys(lix)).toEqual(['da', 'en'])
    expect(Math.max(...Object.values(lix))).toBeLessThan(35)
    for (const [language, never] of [
      ['da', /kronisk|degenerativ|slidgigt/i],
      ['en', /chronic|degenerat|wear and tear/i],
    ] as const) {
      const { text } = await get(`/patient-information/${id}?lang=${language}`).expect(200).expect('content-language', language)
      expect([...text.matchAll(/<h1/g)]).toHaveLength(1)
      expect([...text.matchAll(/<h2/g)].length).toBeGreaterThan(1)
      expect(text).not.toMatch(never)
    }
  })

  test.each(LEAFLETS)('tells what to call for at once, and is what a draft says: %s', async id => {
    const { text } = await get(`/patient-information/${id}`).expect(200)
    for (const sign of ['endetarm', 'lade vandet', 'tydeligt svagere']) expect(text).toContain(sign)
    const { knowledge } = testKnowledge()
    const [handedOut] = knowledge.activity(id.replace('leaflet-', 'patient-information-'))
    expect(handedOut?.activity.leaflet.join('\n')).toContain('tydeligt svagere')
    expect(handedOut?.activity.leaflet.join('\n')).not.toContain('#')
  })

  test('is reached from the page of the card that can hand it out', async () => {
    const { text } = await get('/guidelines/root-affection-guideline/root-affection').expect(200)
    expect(linksIn(text)).toContain('/patient-information/leaflet-root-affection')
  })

  test('a library of facts is none', () => get('/patient-information/contact-start').expect(404))
})

describe('the review', () => {
  test('has every action of every plan that a service reaches, and says that no cases are recorded', async () => {
    const { text } = await get('/guidelines/review').expect(200)
    expect(linksIn(text)).toEqual(
      expect.arrayContaining([PARACETAMOL, '/guidelines/recent-onset-lines/usual-activity', '/guidelines/points/LBP-10']),
    )
    expect(text).toContain('Patienten har en aktiv ryglidelse.')
    expect(text).toContain('Fælles betingelser for de næste rækker')
    expect(text).toContain('ingen optegnelse over kliniske cases')
  })

  test('tells what the cases answered where a record is there', async () => {
    const caseRecord = { cases: 20, asExpected: 19, points: { 'LBP-10': { yes: 3, no: 4, cannotTell: 1 } } }
    const warning = { code: 'SOURCE_MISSING', file: 'plan.json', element: 'PlanDefinition', message: 'It has no source.' } as const
    const recorded = await startTestService({ caseRecord, warnings: [warning] })
    const { text } = await supertest(recorded.url).get('/guidelines/review').set('accept', 'text/html').expect(200)
    const { body } = await supertest(recorded.url).get('/guidelines/review').set('accept', 'application/json').expect(200)
    await recorded.close()
    expect(body).toEqual({ record: caseRecord, warnings: [warning] })
    expect(text).toContain('19 af 20 cases')
    expect(text).toContain('LBP-10: 3 / 4 / 1')
    expect(text).toContain('RN-03: 0 / 0 / 0')
  })
})

describe('the list of guidelines', () => {
  test('holds every page, by document and by hook', async () => {
    const { body } = await supertest(service.url).get('/guidelines').set('accept', 'application/json').expect(200)
    const listed = (body as { guidelines: { path: string; hooks: string[]; title: string }[] }).guidelines
    expect(listed.length).toBeGreaterThan(80)
    for (const view of ['/guidelines', '/guidelines?by=hook']) {
      const links = linksIn((await get(view).expect(200)).text)
      expect(listed.map(({ path }) => path).filter(path => !links.includes(path))).toEqual([])
    }
  })

  test('tells those that are called the same apart, by where they are shown', async () => {
    const { text } = await get('/guidelines').expect(200)
    const told = [...text.matchAll(/<ul class="entries">(?<items>.*?)<\/ul>/gs)].map(({ groups }) =>
      [...(groups?.['items'] ?? '').matchAll(/<a href="[^"]*">(?<title>.*?)<\/a>(?<meta>.*?)<\/li>/gs)].map(item => ({
        title: item.groups?.['title'],
        shown: /class="muted">(.*?)</.exec(item.groups?.['meta'] ?? '')?.[1],
      })),
    )
    const twins = told.flatMap(items => items.filter(({ title }) => items.filter(each => each.title === title).length > 1))
    expect(twins.length).toBeGreaterThan(2)
    expect(twins.filter(({ shown }) => shown === undefined)).toEqual([])
    expect(twins.map(({ shown }) => shown)).toContain('Når en bestilling vælges · Når en bestilling underskrives')
    const others = told.flat().filter(each => !twins.includes(each))
    expect(others.filter(({ shown }) => shown !== undefined)).toEqual([])
  })

  test('is searched without a script', async () => {
    const { text } = await get(`/guidelines?q=${encodeURIComponent('PARACETAMOL spinal')}`).expect(200)
    expect(linksIn(text)).toContain('/guidelines/analgesic-orders/paracetamol-stenosis')
    expect(linksIn(text)).not.toContain('/guidelines/exercise-orders/training-root')
    expect((await get('/guidelines?q=zzzz')).text).toContain('Ingen anbefaling indeholder alle ordene')
  })

  test('says back what was searched for as text only', async () => {
    const { text } = await get(`/guidelines?q=${encodeURIComponent('"><script>alert(1)</script>')}`).expect(200)
    expect(text).not.toContain('<script')
    expect(text).toContain('value="&quot;>&lt;script')
  })

  test.each([
    ['a parameter twice', 'q=a&q=b'],
    ['a parameter with parts', 'q[x]=1'],
    ['a view that is none', 'by=x&by=y'],
    ['a long search', `q=${'x'.repeat(5_000)}`],
  ])('bears with %s', (_, query) => get(`/guidelines?${query}`).expect(200))
})

describe('where there is no page', () => {
  const ABSENT = [
    '/guidelines/not-there/x',
    '/guidelines/analgesic-orders/not-there',
    '/guidelines/points/XX-99',
    '/guidelines/a/b/c',
    '/guidelines/constructor/__proto__',
    `/guidelines/${'x'.repeat(3_000)}/y`,
    '/guidelines/%3Cscript%3Ealert(1)%3C%2Fscript%3E/y',
  ]

  test.each(ABSENT)('a person reads so, with a way on, and nothing of the address: %#', async path => {
    const { text, headers } = await get(path).expect(404).expect('content-type', 'text/html; charset=utf-8')
    expect(text).toContain('Siden findes ikke')
    expect(linksIn(text)).toContain('/guidelines')
    expect(text).not.toContain('script')
    expect(text).not.toContain('xxxx')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['content-security-policy']).toContain("default-src 'none'")
  })

  test('a program reads an OperationOutcome', async () => {
    const { body } = await supertest(service.url).get('/guidelines/not-there/x').set('accept', 'application/json').expect(404)
    expect(body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ details: { coding: [{ code: 'CDS_RESOURCE_UNKNOWN' }] } }] })
  })
})

describe('what an author writes', () => {
  let broken: Listening

  beforeAll(async () => {
    const text =
      'Se <script>alert(1)</script> <img src=x onerror=alert(1)> ![x](https://elsewhere.example/x.png) [y](javascript:alert(1))\n\n# Stor\n\n| a | b |\n|---|---|\n| <b>1</b> | 2 |'
    const knowledge = knowledgeOf(
      plan([
        topAction('odd', {
          title: '<script>alert(1)</script> *stjerne*',
          description: text,
          _description: english('{{ %patient.id }} <script>'),
          action: [
            { id: 'line', title: '"><svg onload=alert(1)>', _title: english('*a* <b>'), description: text, _description: english(text) },
          ],
        }),
      ]),
    )
    const service = { id: 'odd', hook: 'patient-view', title: 'x', description: 'x', plans: [planOf(knowledge)], requirements: [] }
    broken = await startTestService({ knowledge, services: new Map([['odd', service]]) })
  })

  afterAll(() => broken.close())

  test.each(['/guidelines', '/guidelines/plan/odd', '/guidelines/plan/odd?lang=en'])(
    'stays text, whatever it looks like: %s',
    async path => {
      const { text } = await supertest(broken.url).get(path).set('accept', 'text/html').expect(200)
      expect(text).toContain('alert(1)')
      expect(text).not.toMatch(/<script|<img src="?x|<b>|<svg onload|href="javascript|<img[^>]*elsewhere/)
      expect([...text.matchAll(/<h1/g)]).toHaveLength(1)
    },
  )

  test('becomes a table where it is one, that can be scrolled to by keyboard', async () => {
    const { text } = await supertest(broken.url).get('/guidelines/plan/odd').set('accept', 'text/html').expect(200)
    expect(text).toMatch(/<div class="scroll" role="region" tabindex="0" aria-label="[^"]+"><table>/)
  })
})

test('every way from page to page leads somewhere, in both languages', async () => {
  const known = new Map<string, string>()
  const open = ['/guidelines', '/guidelines?by=hook', '/guidelines?lang=en']
  const faults: string[] = []
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const [address = '', anchor] = path.split('#', 2)
    if (!known.has(address)) {
      const { status, type, headers, ...answer } = await get(address)
      const text = type === 'text/html' ? answer.text : ''
      if (status !== 200 && status !== 303) faults.push(`${status} ${path}`)
      known.set(address, text)
      const next = status === 303 ? [String(headers.location)] : linksIn(text)
      open.push(...next.filter(link => link.startsWith('/')), ...next.filter(link => link.startsWith('#')).map(link => `${address}${link}`))
    }
    if (anchor !== undefined && !idsIn(known.get(address) ?? '').includes(decodeURIComponent(anchor))) faults.push(`no place ${path}`)
  }
  expect(faults).toEqual([])
  expect(known.size).toBeGreaterThan(300)
})

test('a card has one link, to its page in the language of the reply, where the service has a public address', async () => {
  const linking = await startTestService({ publicUrl: 'https://columna.example.org/cds' })
  try {
    for (const [id, language] of [
      ['low-back-pain-patient-view', 'da'],
      ['start-back-risk', 'en'],
    ] as const) {
      const { body } = await supertest(linking.url)
        .post(`/cds-services/${id}`)
        .set('accept-language', language)
        .send(prefetchedCall('root-affection', id))
        .expect(200)
      const { cards } = body as CdsResponse
      expect(cards).not.toEqual([])
      for (const { detail = '', links = [] } of cards) {
        expect(links).toHaveLength(1)
        const url = links[0]?.url ?? ''
        expect(detail.endsWith(`(${url})`)).toBe(true)
        const { pathname, search } = new URL(url)
        await get(`${pathname.replace('/cds/', '/')}${search}`)
          .expect(200)
          .expect('content-language', language)
      }
    }
  } finally {
    await linking.close()
  }
})
