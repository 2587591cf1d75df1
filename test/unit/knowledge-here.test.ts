// A command given in the folder of a guideline is about that guideline, unless the environment names another.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { knowledgeHere } from '../../src/cli/knowledge-here.js'
import { nameKnowledgeFolder, readKnowledgeFolder } from '../../src/settings.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const GUIDELINE = join(ROOT, 'examples/hypertension')

test('a folder with a knowledge.json is a guideline; that of this package goes without saying', () => {
  expect([GUIDELINE, join(GUIDELINE, 'knowledge'), tmpdir(), ROOT].map(knowledgeHere)).toEqual([GUIDELINE, undefined, undefined, undefined])
})

test.each([
  ['the guideline here', {}, GUIDELINE, GUIDELINE],
  ['what the environment names, wherever the command is given', { CDS_KNOWLEDGE: '/elsewhere' }, GUIDELINE, '/elsewhere'],
  ['that of this package where there is none', {}, undefined, undefined],
])('what the process serves is %s', (_, said: NodeJS.ProcessEnv, here, served) => {
  const environment = { ...said }
  nameKnowledgeFolder(here, environment)
  expect(readKnowledgeFolder(environment)).toBe(served)
})
