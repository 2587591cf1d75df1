import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { CdsError, ERROR_CODES } from '../../src/errors.js'

const codeSystem = JSON.parse(readFileSync(new URL('../../fhir-resources/CodeSystem/error.json', import.meta.url), 'utf8')) as {
  concept: { code: string; designation: { language: string; value: string }[] }[]
}

test('every error code is published with its meaning, and nothing else is', () => {
  expect(codeSystem.concept.map(({ code }) => code).sort()).toEqual([...ERROR_CODES].sort())
  for (const { designation } of codeSystem.concept)
    expect(designation).toContainEqual({ language: 'en', value: expect.stringMatching(/\w/) })
})

test('every error has a status of its class and never a success', () => {
  for (const code of ERROR_CODES) {
    const { status } = new CdsError(code, 'test')
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(600)
  }
})
