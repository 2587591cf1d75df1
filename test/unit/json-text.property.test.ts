import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { jsonText } from '../../src/server/json-text.js'

const parsed = (text: string): unknown => {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return 'no JSON'
  }
}

const asUsual = (bytes: Buffer) => parsed(bytes.toString())
const narrowly = (bytes: Buffer) => parsed(jsonText(bytes))

/** The bytes behind so many others, as bodies lie behind their byte order mark. */
const behind = (before: number, bytes: Buffer) => Buffer.concat([Buffer.alloc(before, '—'), bytes]).subarray(before)

/** So much ASCII that a few wide characters beside it are few. */
const PLAIN = 'a'.repeat(400)

describe('JSON read at one byte a character means the same', () => {
  test('whatever characters it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.nat(4), fc.constantFrom('', PLAIN), (value, before, plain) => {
        const bytes = behind(before, Buffer.from(JSON.stringify([value, plain])))
        expect(narrowly(bytes)).toEqual(asUsual(bytes))
      }),
      { numRuns: 300 },
    )
  })

  test('and bytes that are no JSON, or no UTF-8, are refused or replaced as ever', () => {
    const piece = fc.constantFrom(
      '"',
      '\\',
      '\\\\',
      '\\"',
      '\\u',
      '\\n',
      '0041',
      '—',
      'ø',
      '😀',
      'a',
      '{',
      '}',
      ':',
      ',',
      '\u00a0',
      '\ufeff',
      '\u2028',
      '\ud83d',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        for (const text of [pieces.join(''), `"${pieces.join('')}"`, `["${PLAIN}","${pieces.join('')}"]`])
          expect(narrowly(Buffer.from(text))).toEqual(asUsual(Buffer.from(text)))
      }),
      { numRuns: 4_000 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), bytes => {
        const quoted = Buffer.concat([Buffer.from('"'), Buffer.from(bytes), Buffer.from('"')])
        expect(narrowly(quoted)).toEqual(asUsual(quoted))
      }),
      { numRuns: 2_000 },
    )
  })

  test.each(['P—C-reaktivt protein', 'lænderyg', '😀 ✓ ø', 'æ—\\\\—', '\u0100ÿ'])('%s costs one byte a character', text => {
    const json = JSON.stringify({ [text]: PLAIN, '—': text })
    const read = jsonText(Buffer.from(json))
    expect([...read].every(character => character.charCodeAt(0) <= 0xff)).toBe(true)
    expect(JSON.parse(read)).toEqual(JSON.parse(json))
  })

  test.each([0.02, 0.1, 0.3, 1])('whatever its size and the share of wide characters: %d', share => {
    for (const size of [9_000, 90_000, 700_000]) {
      const json = JSON.stringify(Array.from({ length: size / 10 }, (_, index) => ((index * share) % 1 < share ? 'æble—😀' : 'abcdefg')))
      const read = jsonText(Buffer.from(json))
      expect(JSON.stringify(JSON.parse(read))).toBe(json)
      expect(read.length).toBeLessThan(Buffer.byteLength(json) * 1.26)
    }
  })

  test('and is not what another text leaves of it', () => {
    const [first, second] = ['æ—', 'ø–'].map(text => jsonText(Buffer.from(JSON.stringify([text, PLAIN]))))
    expect([first, second].map(text => JSON.parse(text ?? '') as unknown)).toEqual([
      ['æ—', PLAIN],
      ['ø–', PLAIN],
    ])
  })
})
