import { faultsOfResponse } from '../support/check-response.js'
import type { Json } from '../support/hook-requests.js'

// The checker is what all other tests of answers rest on, so it must bite.

const PATIENT = 'p1'

const action = () => ({
  type: 'create',
  description: 'Kladde',
  resource: { resourceType: 'ServiceRequest', status: 'draft', intent: 'proposal', subject: { reference: `Patient/${PATIENT}` } },
})

const soundCard = () => ({
  uuid: '784ea9a5-3272-5193-a71e-6f4edf2944e1',
  summary: 'En kort sætning',
  detail: 'En **længere** tekst',
  indicator: 'info',
  source: { label: 'Et dokument', url: 'https://columna.example.org/a', topic: { code: '1', system: 'https://columna.example.org/b' } },
  suggestions: [{ label: 'Et forslag', uuid: 'a92090cc-b6c8-5a39-916f-2050ffa86b02', isRecommended: true, actions: [action()] }],
  selectionBehavior: 'at-most-one',
  overrideReasons: [{ code: 'a', system: 'https://columna.example.org/c', display: 'En grund' }],
  links: [{ label: 'Et link', url: 'https://columna.example.org/d', type: 'absolute' }],
  extension: { 'org.columna.knowledge': 'x' },
})

const check = (card: Json) => faultsOfResponse({ cards: [card] }, { patientId: PATIENT })
const rules = (faults: readonly string[]) => faults.map(fault => fault.split(' ')[0])

test('the checker finds nothing in a sound response', () => {
  expect(check(soundCard())).toEqual([])
  expect(faultsOfResponse({ cards: [] })).toEqual([])
})

test.each<[string, string, Json]>([
  ['a card without uuid form', 'CRD-01', { uuid: 'card-1' }],
  ['a summary of 140 characters', 'CRD-02', { summary: 'x'.repeat(140) }],
  ['a blank summary', 'CRD-02', { summary: ' ' }],
  ['an unfilled place in a text', 'GEN-06', { summary: 'Siden {{ %x }}' }],
  ['raw HTML in detail', 'CRD-05', { detail: 'a <b>b</b>' }],
  ['an image in detail', 'CRD-05', { detail: 'a ![b](https://columna.example.org/e.png)' }],
  ['an empty line of a list', 'CRD-04', { detail: '- a\n- \n\nb' }],
  ['an indicator of a pre-release', 'CRD-06', { indicator: 'hard-stop' }],
  ['a card without source', 'CRD-07', { source: undefined }],
  ['a source without label', 'SRC-01', { source: { url: 'https://columna.example.org' } }],
  ['a relative source url', 'SRC-02', { source: { label: 'a', url: '/a' } }],
  ['a topic without system', 'SRC-06', { source: { label: 'a', topic: { code: 'b' } } }],
  ['suggestions without selectionBehavior', 'CRD-10', { selectionBehavior: undefined }],
  ['a selectionBehavior of FHIR', 'CRD-10', { selectionBehavior: 'exactly-one' }],
  ['an empty list of suggestions', 'GEN-04', { suggestions: [] }],
  ['a null', 'GEN-03', { links: null }],
  ['an override reason without display', 'OVR-01', { overrideReasons: [{ code: 'a', system: 'b' }] }],
  ['a link without type', 'LNK-03', { links: [{ label: 'a', url: 'https://columna.example.org' }] }],
  ['a link that is not absolute', 'LNK-02', { links: [{ label: 'a', url: 'a/b', type: 'absolute' }] }],
  [
    'an appContext on an absolute link',
    'LNK-05',
    { links: [{ label: 'a', url: 'https://columna.example.org', type: 'absolute', appContext: 'b' }] },
  ],
  ['an unknown member', 'GEN-05', { colour: 'red' }],
  ['an extension that is no object', 'EXT-02', { extension: ['a'] }],
  ['an extension without a domain', 'EXT-03', { extension: { grade: 'a' } }],
  ['a suggestion without label', 'SUG-01', { suggestions: [{ ...soundCard().suggestions[0], label: undefined }] }],
  [
    'two recommended suggestions of which one can be chosen',
    'SUG-04',
    {
      suggestions: [soundCard().suggestions[0], { ...soundCard().suggestions[0], uuid: '37649edf-0c34-5166-9e23-f02776d18aa1' }],
    },
  ],
  ['an unknown type of action', 'ACT-01', { suggestions: [{ ...soundCard().suggestions[0], actions: [{ ...action(), type: 'remove' }] }] }],
  [
    'a deletion without resourceId',
    'ACT-05',
    { suggestions: [{ ...soundCard().suggestions[0], actions: [{ type: 'delete', description: 'a' }] }] },
  ],
  [
    'a creation without resource',
    'ACT-03',
    { suggestions: [{ ...soundCard().suggestions[0], actions: [{ type: 'create', description: 'a' }] }] },
  ],
  [
    'a resource that is not R4',
    'ACT-07',
    {
      suggestions: [{ ...soundCard().suggestions[0], actions: [{ ...action(), resource: { ...action().resource, intent: 'wish' } }] }],
    },
  ],
  [
    'a resource about another patient',
    'ACT-07',
    {
      suggestions: [
        {
          ...soundCard().suggestions[0],
          actions: [{ ...action(), resource: { ...action().resource, subject: { reference: 'Patient/p2' } } }],
        },
      ],
    },
  ],
])('the checker finds %s', (_, rule, members) => {
  const card = JSON.parse(JSON.stringify({ ...soundCard(), ...members })) as Json
  expect(rules(check(card))).toContain(rule)
})

test.each<[string, string, unknown]>([
  ['a response without cards', 'RSP-01', {}],
  ['a response that is a list', 'RSP-01', []],
  ['an empty list of system actions', 'GEN-04', { cards: [], systemActions: [] }],
  ['an unknown member of the response', 'RSP-05', { cards: [], decisions: 'a' }],
  ['a card that is no object', 'RSP-01', { cards: ['a'] }],
  ['cards in the wrong order', 'own', { cards: [soundCard(), { ...soundCard(), indicator: 'critical' }] }],
  ['two cards with one uuid', 'CRD-01', { cards: [soundCard(), soundCard()] }],
])('the checker finds %s', (_, rule, response) => {
  expect(rules(faultsOfResponse(response))).toContain(rule)
})
