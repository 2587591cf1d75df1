// The pages that people work in, as they are sent: what a browser may do with them, and what their files are called.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { APP_NAMES, APP_PATHS } from '../../src/browser-apps/app-list.js'
import { readBuiltApps } from '../../src/browser-apps/built-apps.js'
import type { Listening } from '../support/listen.js'
import { startTestService } from '../support/service.js'

const folder = mkdtempSync(join(tmpdir(), 'columna-built-'))
let service: Listening

beforeAll(async () => {
  writeFileSync(join(folder, 'app-1.js'), 'export {}')
  writeFileSync(join(folder, 'app-1.css'), 'p {}')
  writeFileSync(join(folder, 'secret.js'), 'nobody')
  const files = { script: '/assets/app-1.js', style: '/assets/app-1.css' }
  const apps = Object.fromEntries(APP_NAMES.map(app => [app, files]))
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ apps, files: ['app-1.js', 'app-1.css'] }))
  service = await startTestService({
    apps: readBuiltApps(folder),
    fhirServers: ['https://fhir.example.org/r4', 'http://localhost:*/fhir'],
    demonstrationFhirServer: 'http://localhost:3001/fhir',
  })
})

afterAll(async () => {
  await service.close()
  rmSync(folder, { recursive: true })
})

describe.each(APP_NAMES)('%s', app => {
  test.each(['da', 'en'])('is a page in %s that runs its own program and no other', async language => {
    const answer = await fetch(`${service.url}${APP_PATHS[app]}/?lang=${language}`)
    const page = await answer.text()
    expect([answer.status, answer.headers.get('content-language')]).toEqual([200, language])
    expect(page.match(/<script[^>]*>/g)).toEqual(['<script type="module" src="/assets/app-1.js">'])
    expect(page).toContain(`<html lang="${language}">`)
    expect(page).not.toMatch(/ style=|<style| on\w+=/)
  })

  test('asks nobody but this service and the listed FHIR servers, and stands in no frame', async () => {
    const { headers } = await fetch(`${service.url}${APP_PATHS[app]}/`)
    const policy = headers.get('content-security-policy')?.split('; ')
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        // The patient's page asks those servers alone at which it is registered: here none.
        `connect-src 'self'${app === 'case' ? '' : ' https://fhir.example.org http://localhost:*'}`,
        "frame-ancestors 'none'",
      ]),
    )
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })
})

test('files keep for ever under their names, and no file is sent that the build does not name', async () => {
  const script = await fetch(`${service.url}/assets/app-1.js`)
  expect([script.status, script.headers.get('content-type'), script.headers.get('cache-control')]).toEqual([
    200,
    'text/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
  ])
  for (const name of ['secret.js', 'manifest.json', '..%2Fsecret.js'])
    expect((await fetch(`${service.url}/assets/${name}`)).status).toBe(404)
})

test('where nothing was built there are no such pages', async () => {
  const unbuilt = await startTestService({ apps: readBuiltApps(join(folder, 'none')) })
  expect((await fetch(`${unbuilt.url}/workbench/`)).status).toBe(404)
  await unbuilt.close()
})

test('tells pages by which clock and which servers they go', async () => {
  const answer = await fetch(`${service.url}/page-settings`)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(await answer.json()).toEqual({
    languages: ['da', 'en'],
    clock: { now: '2026-03-30T12:00:00.000+02:00', today: '2026-03-30', timeZone: 'Europe/Copenhagen', isFrozen: true },
    fhirServers: ['https://fhir.example.org/r4', 'http://localhost:*/fhir'],
    demonstration: { fhirServer: 'http://localhost:3001/fhir' },
    explain: true,
  })
})
