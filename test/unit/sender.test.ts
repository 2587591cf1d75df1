// How whoever sends calls is spelled, which record, report and audit events share.
import { expect, test } from '@jest/globals'
import { PAGE_SENDERS, senderIn, senderWritten, spelledSender, writtenSender } from '../../src/trust/sender.js'

test.each([
  { name: 'north', tenant: '', written: 'north' },
  { name: 'north', tenant: 'Klinik "7" / øst', written: 'north/Klinik "7" / øst' },
])('$written is read as it was spelled', ({ name, tenant, written }) => {
  expect(senderIn(spelledSender(name, tenant))).toEqual({ name, tenant })
  expect(writtenSender({ name, tenant })).toBe(written)
  expect(senderWritten(written)).toBe(spelledSender(name, tenant))
})

test('nobody registered is no sender, and people in our pages are told by how they begin', () => {
  expect(senderIn('')).toBeUndefined()
  expect(spelledSender('(signed-in)').startsWith(PAGE_SENDERS)).toBe(true)
  expect(spelledSender('signed-in').startsWith(PAGE_SENDERS)).toBe(false)
})
