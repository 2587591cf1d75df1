// What travels by a one-time link: nobody opens it without its key, or for another link, and its length tells nothing.
import { expect, test } from '@jest/globals'
import { newKey, open, seal, type PatientAnswers } from '../../apps/shared/sealed-answers.js'

const ANSWERS: PatientAnswers = { questionnaire: 'form|1', authored: '2026-03-30T12:00:00Z', answers: { 1: true, 9: 'bother-4' } }

test('answers come out as they went in, sealed anew each time and equally long', async () => {
  const key = newKey()
  expect(key).toMatch(/^[\w-]{43}$/)
  const sealed = await Promise.all([ANSWERS, ANSWERS, { ...ANSWERS, answers: {} }].map(answers => seal(answers, key, 'link')))
  expect(await open(sealed[0] ?? '', key, 'link')).toEqual(ANSWERS)
  expect(new Set(sealed).size).toBe(3)
  expect(new Set(sealed.map(({ length }) => length)).size).toBe(1)
  expect(sealed[0]).toMatch(/^[\w-]{40,6000}$/)
})

test('without the key, for another link, or with a byte changed nothing is opened', async () => {
  const key = newKey()
  const sealed = await seal(ANSWERS, key, 'link')
  const changed = `${sealed.slice(0, 60)}${sealed[60] === 'A' ? 'B' : 'A'}${sealed.slice(61)}`
  await expect(open(sealed, newKey(), 'link')).rejects.toThrow()
  await expect(open(sealed, key, 'another')).rejects.toThrow()
  await expect(open(changed, key, 'link')).rejects.toThrow()
})
