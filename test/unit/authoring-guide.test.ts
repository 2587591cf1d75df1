// docs/authoring.md, followed to the letter in an empty folder: every file is written, every command run and every call made, in the order of the page.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { loadKnowledge } from '../../src/knowledge-files/load-knowledge.js'
import { readKnowledgeSettings } from '../../src/settings.js'
import { columnaIn } from '../support/columna.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

const PAGE = readFileSync(new URL('../../docs/authoring.md', import.meta.url), 'utf8')
const FOLDER = mkdtempSync(join(tmpdir(), 'columna-guide-'))

let service: Listening | undefined
afterAll(async () => {
  await service?.close()
  rmSync(FOLDER, { recursive: true })
})

/** One thing that the page asks its reader to do. */
interface Step {
  does: string
  run: () => void | Promise<void>
}

const writing = (file: string, text: string): Step => ({
  does: `write ${file}`,
  run: () => {
    mkdirSync(dirname(join(FOLDER, file)), { recursive: true })
    writeFileSync(join(FOLDER, file), text)
  },
})

/** A command of the package, words that it tells, and what it answers to the shell. */
const calling = (written: string, tells: string, answers: number): Step => ({
  does: `columna ${written}`,
  run: async () => {
    const words = written.split(' ').map(word => (word.startsWith('fhir-resources/') ? join(FOLDER, word) : word))
    const { code, out, err } = await columnaIn({ knowledgeFolder: FOLDER }, ...words)
    expect([out + err, code]).toEqual([expect.stringContaining(tells), answers])
  },
})

const SERVING: Step = {
  does: 'columna serve',
  run: async () => {
    await service?.close()
    const { knowledge, services, settings } = loadKnowledge(FOLDER)
    service = await startTestService({ knowledge, services, knowledgeSettings: readKnowledgeSettings(settings, {}) })
  },
}

/** A call of the service, and words of its answer. */
const asking = (path: string, body: string, tells: string): Step => ({
  does: `curl ${path}, which says ${tells}`,
  run: async () => {
    const response = await fetch(`${service?.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect([await response.text(), response.status]).toEqual([expect.stringContaining(tells), 200])
  },
})

const CURL = /^curl -s '?http:\/\/localhost:3000([^' ]+)'? -H 'content-type: application\/json' -d '([^']+)'\n# (.+)\n/
const COLUMNA = /^npx columna (.+?) +# (.+?)(?: \(answers (\d)\))?\n/
/** What this test cannot do in an empty folder: `npm run package:check` does it. */
const INSTALL = /^npm install <path>\/columna-[\d.]+\.tgz\n/

/** The steps of a block of commands. @throws Error at a line that is no command known here. */
function stepsOf(block: string): Step[] {
  const [, path = '', body = '', answer = ''] = CURL.exec(block) ?? []
  const [, words = '', tells = '', answers = '0'] = COLUMNA.exec(block) ?? []
  const [matched] = CURL.exec(block) ?? COLUMNA.exec(block) ?? INSTALL.exec(block) ?? []
  if (block === '') return []
  if (matched === undefined) throw new Error(`Nobody knows how to try: ${block}`)
  const step =
    path !== '' ? [asking(path, body, answer)] : words === '' ? [] : [words === 'serve' ? SERVING : calling(words, tells, Number(answers))]
  const again = stepsOf(block.slice(matched.length))
  return [...step, ...again]
}

const BLOCK = /(?:^`([^`\n]+)`\n)?^```(\w+)\n([^]*?)^```$/gm

/** All steps of the page. */
const STEPS = [...PAGE.matchAll(BLOCK)].flatMap(([, file, , text = '']) => (file === undefined ? stepsOf(text) : [writing(file, text)]))

test('the page asks for files, commands and calls', () => {
  const count = (kind: string) => STEPS.filter(({ does }) => does.startsWith(kind)).length
  expect([count('write') > 10, count('columna') > 8, count('curl') > 2]).toEqual([true, true, true])
})

test.each(STEPS)('$does', ({ run }) => run())
