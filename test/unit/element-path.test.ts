import { describe, expect, test } from '@jest/globals'
import { setPath } from '../../src/engine/apply/set-path.js'
import { isElementPath, parsePath } from '../../src/engine/model/element-path.js'
import { deepFrozen } from '../support/evaluate.js'

/** What comes of setting a path on a resource. */
function set(
  path: string,
  values: unknown[],
  { on = {}, kind = 'ServiceRequest', type }: { on?: object; kind?: string; type?: string } = {},
): object {
  const resource = { ...deepFrozen(structuredClone(on)) } as Record<string, unknown>
  setPath(
    resource,
    kind,
    path,
    values,
    values.map(() => type),
  )
  return resource
}

describe('setPath()', () => {
  test.each<[string, unknown[], object]>([
    ['patientInstruction', ['x'], { patientInstruction: 'x' }],
    ['patientInstruction', ['x', 'y'], { patientInstruction: 'x' }],
    ['code', [{ text: 'x' }], { code: { text: 'x' } }],
    ['code.text', ['x'], { code: { text: 'x' } }],
    ['code.coding.code', ['x'], { code: { coding: [{ code: 'x' }] } }],
    ['code.coding[0].code', ['x'], { code: { coding: [{ code: 'x' }] } }],
    ['note.text', ['x'], { note: [{ text: 'x' }] }],
    ['note', [{ text: 'x' }, { text: 'y' }], { note: [{ text: 'x' }, { text: 'y' }] }],
    ['note[0]', [{ text: 'x' }], { note: [{ text: 'x' }] }],
    ['occurrence.ofType(Period).start', ['2026'], { occurrencePeriod: { start: '2026' } }],
    ['occurrencePeriod.start', ['2026'], { occurrencePeriod: { start: '2026' } }],
    ['occurrenceDateTime', ['2026'], { occurrenceDateTime: '2026' }],
    ["extension('https://example.org/x').valueString", ['x'], { extension: [{ url: 'https://example.org/x', valueString: 'x' }] }],
    [
      "code.extension('https://example.org/x').valueBoolean",
      [true],
      { code: { extension: [{ url: 'https://example.org/x', valueBoolean: true }] } },
    ],
    ['code.text', [], {}],
  ])('%s to %j', (path, values, expected) => {
    expect(set(path, values)).toEqual(expected)
  })

  test.each([
    ['occurrence[x]', 'dateTime', 'occurrenceDateTime'],
    ['occurrence', 'date', 'occurrenceDateTime'],
    ['occurrence[x]', 'Timing', 'occurrenceTiming'],
    ['asNeeded[x]', 'boolean', 'asNeededBoolean'],
  ])('%s takes its name from a %s', (path, type, key) => {
    expect(Object.keys(set(path, ['value'], { type }))).toEqual([key])
  })

  test('keeps what is there, and writes nothing into it', () => {
    const on = {
      note: [{ text: 'a' }, { text: 'b' }],
      extension: [{ url: 'u', valueString: 'old' }],
      code: { text: 't', coding: [{ system: 's' }] },
    }
    expect(set('note[1].text', ['c'], { on })).toMatchObject({ note: [{ text: 'a' }, { text: 'c' }] })
    expect(set('note[2].text', ['c'], { on })).toMatchObject({ note: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] })
    expect(set("extension('u').valueString", ['new'], { on })).toMatchObject({ extension: [{ url: 'u', valueString: 'new' }] })
    expect(set("extension('v').valueString", ['new'], { on })).toMatchObject({
      extension: on.extension.concat({ url: 'v', valueString: 'new' }),
    })
    expect(set('code.coding.code', ['c'], { on })).toMatchObject({ code: { text: 't', coding: [{ system: 's', code: 'c' }] } })
  })

  test.each([
    ['codee', undefined],
    ['code.textt', undefined],
    ['occurrence[x]', 'Coding'],
    ['occurrence[x]', undefined],
    ['note[3].text', undefined],
    ['not a path', undefined],
  ])('%s of a %s is refused', (path, type) => {
    expect(() => set(path, ['x'], type === undefined ? {} : { type })).toThrow(RangeError)
  })
})

describe('isElementPath()', () => {
  test.each([
    'code',
    'code.coding.display',
    'note[1].text',
    'occurrence[x]',
    'occurrence',
    'occurrencePeriod.start',
    "extension('u').valueString",
    "extension('u').value[x]",
    'id',
    'meta.tag',
    'text.status',
  ])('knows %s', path => {
    expect(isElementPath('ServiceRequest', path)).toBe(true)
  })

  test.each([
    '',
    'codee',
    'code.',
    '.code',
    'code..text',
    'code.textt',
    'occurrenceX',
    'occurrence.start',
    "extension('u')",
    "extension('u').valueX",
    'note[-1]',
    'note[a]',
    'code text',
    'code.text()',
    "where(code='x')",
    'ServiceRequest.code',
  ])('refuses %j', path => {
    expect(isElementPath('ServiceRequest', path)).toBe(false)
  })

  test('paths are read step by step', () => {
    expect(parsePath("value.ofType(Quantity).extension('http://a.b/c').value[x]")).toEqual([
      { name: 'value', choiceType: 'Quantity' },
      { name: 'extension', extensionUrl: 'http://a.b/c' },
      { name: 'value' },
    ])
  })
})
