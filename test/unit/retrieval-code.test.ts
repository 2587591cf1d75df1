// The code by which answers of a patient are fetched in another tab: it outlives what a record does to a text, and says whose it is to nobody else.
import { expect, test } from '@jest/globals'
import { isSamePatient, readCode, writeCode, type Retrieval } from '../../apps/start-back/retrieval-code.js'
import { newKey, seal, open } from '../../apps/shared/sealed-answers.js'

const PATIENT = { server: 'https://fhir.example.org/r4', id: 'secret-name' }
const retrieval = (): Retrieval => ({
  id: 'A'.repeat(22),
  collector: 'B'.repeat(22),
  key: newKey(),
  made: '2026-03-30T12:00:00+02:00',
  patient: PATIENT,
})

test('a code comes out as it went in, whatever words and breaks of lines stand around it', async () => {
  const written = retrieval()
  const code = await writeCode(written)
  const broken = code.replaceAll(/.{31}/g, '$&\n  ')
  for (const text of [code, `Sendt i dag.${code}`, `Link sendt\n${broken}\nSes igen om en uge`, `koden:${code}tak`])
    expect(await readCode(text)).toEqual(written)
})

test('who the patient is can be read in no code', async () => {
  const code = await writeCode(retrieval())
  expect(code).not.toContain(PATIENT.id)
  for (const part of code.split('.')) expect(Buffer.from(part, 'base64url').toString('latin1')).not.toContain(PATIENT.id)
})

test('half a code, one with a letter changed, or one whose parts come from another is none', async () => {
  const [code, other] = await Promise.all([writeCode(retrieval()), writeCode(retrieval())])
  const parts = code.split('.')
  const mixed = [...parts.slice(0, 4), other.split('.')[4], ''].join('.')
  const swapped = [parts[0], 'C'.repeat(22), ...parts.slice(2)].join('.')
  for (const text of ['', 'no code', code.slice(0, -1), code.slice(0, 120), mixed, swapped, code.replace(/.{3}\.$/, 'AAA.')])
    expect(await readCode(text)).toBeUndefined()
})

test('sealed answers pass for no code, nor a code for answers', async () => {
  const { id, collector, key, made, patient } = retrieval()
  const answers = await seal({ questionnaire: 'form|1', authored: made, answers: {} }, key, id)
  expect(await readCode(`start-back.${id}.${collector}.${key}.${answers}.`)).toBeUndefined()
  const code = await writeCode({ id, collector, key, made, patient })
  await expect(open(code.split('.')[4] ?? '', key, id)).rejects.toThrow()
})

test('a patient is told apart by id and server', () => {
  expect(isSamePatient(PATIENT, { ...PATIENT })).toBe(true)
  for (const other of [undefined, { ...PATIENT, id: 'other' }, { ...PATIENT, server: 'https://other.example.org' }])
    expect(isSamePatient(PATIENT, other)).toBe(false)
})
