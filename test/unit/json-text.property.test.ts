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

describe('JSON read at one byte a character means the same', () => {
  test('whatever characters it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), value => {
        const bytes = Buffer.from(JSON.stringify(value))
        expect(narrowly(bytes)).toEqual(asUsual(bytes))
      }),
      { numRuns: 2_000 },
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
        for (const text of [pieces.join(''), `"${pieces.join('')}"`])
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

  test.each(['"P—C-reaktivt protein"', '"lænderyg"', '"😀 ✓ ø"', '{"æ—":"\\\\—"}'])('%s costs one byte a character', text => {
    const read = jsonText(Buffer.from(text))
    expect([...read].every(character => character.charCodeAt(0) <= 0xff)).toBe(true)
    expect(JSON.parse(read)).toEqual(JSON.parse(text))
  })
})
