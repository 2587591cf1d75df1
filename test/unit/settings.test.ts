import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { CdsError } from '../../src/errors.js'
import { FaultList } from '../../src/engine/model/faults.js'
import { readKnowledgeJson } from '../../src/knowledge-files/knowledge-json.js'
import { PROJECT_ROOT } from '../../src/knowledge-files/load-knowledge.js'
import { readProfile } from '../../src/knowledge-files/read-profile.js'
import { readSettings as readDeclarations } from '../../src/knowledge-files/read-settings.js'
import { siteKeyBeside } from '../../src/record/site-key.js'
import { isOwnSetting, readKnowledgeSettings, readSettings, variableOf, type Settings } from '../../src/settings.js'

function faultsOf(
  environment: Record<string, string>,
  read: (environment: Record<string, string>) => unknown = readSettings,
): readonly string[] {
  try {
    read(environment)
  } catch (error) {
    expect(error).toBeInstanceOf(CdsError)
    expect((error as CdsError).code).toBe('CDS_SETTING_INVALID')
    return (error as CdsError).details
  }
  return []
}

test('without any variable everything has a value', () => {
  expect(readSettings({})).toEqual({
    port: 3000,
    opsPort: undefined,
    host: '127.0.0.1',
    demo: true,
    demoFhirPort: 3001,
    fhirServers: ['http://localhost:3001/fhir', 'http://127.0.0.1:3001/fhir'],
    frozenNow: undefined,
    timeZone: 'Europe/Copenhagen',
    deadlineMs: 450,
    bodyLimit: 4_000_000,
    keepAliveMs: 65_000,
    mostConnections: 1_000,
    fhirResponseLimit: 8_000_000,
    fhirPageLimit: 50,
    fhirRequests: 40,
    fhirConcurrency: 10,
    fhirCallLimit: 16_000_000,
    optionalWaitMs: 100,
    feedbackMemory: 64_000_000,
    overrideMemory: 32_000_000,
    shownMemory: 32_000_000,
    keptIn: { place: { file: './data/columna.db' } },
    retention: { days: 183, commentDays: 30 },
    repeatInfoDays: undefined,
    explain: true,
    explainDeadlineMs: 5_000,
    draftKnowledge: true,
    publicUrl: undefined,
    knowledgeFolder: undefined,
    logLevel: 'info',
    traceEndpoint: undefined,
    trust: undefined,
    tokenMaxAge: 3_600,
    refusedRisks: [],
    isProduction: false,
    isReplayStrict: false,
    signIn: { way: undefined, sessionKey: undefined, services: undefined, isEveryPracticeShown: false, perMinute: 240 },
    caseFrames: [],
  })
})

const SESSION_KEY = 'x'.repeat(32)

describe('how people sign in', () => {
  const address = { CDS_PUBLIC_URL: 'https://columna.example.org' }
  const oidc = {
    ...address,
    CDS_SIGN_IN: 'OIDC',
    CDS_SESSION_KEY: SESSION_KEY,
    CDS_OIDC_ISSUER: 'https://login.example.org/',
    CDS_OIDC_CLIENT_ID: 'columna',
  }
  const proxy = {
    ...address,
    CDS_SIGN_IN: 'proxy',
    CDS_PROXY_USER_HEADER: 'X-Forwarded-User',
    CDS_PROXY_NETWORKS: '10.1.0.0/16, fd12::/32',
  }

  test('at an issuer, written as it writes itself', () => {
    expect(readSettings({ ...oidc, CDS_OIDC_GROUPS: 'spine, gp', CDS_OIDC_NETWORKS: '10.0.0.0/8' }).signIn).toEqual({
      way: {
        oidc: {
          issuer: 'https://login.example.org/',
          clientId: 'columna',
          clientSecret: undefined,
          scope: 'openid profile',
          groups: ['spine', 'gp'],
          groupsClaim: 'groups',
          practicesClaim: undefined,
          networks: ['10.0.0.0/8'],
        },
      },
      sessionKey: SESSION_KEY,
      services: undefined,
      isEveryPracticeShown: false,
      perMinute: 240,
    })
  })

  test('at a proxy, whose header is told from others whatever its case', () => {
    expect(readSettings(proxy).signIn.way).toEqual({
      proxy: { header: 'x-forwarded-user', practicesHeader: undefined, networks: ['10.1.0.0/16', 'fd12::/32'] },
    })
  })

  test('nobody reads of every practice unless the site says so, or of some as it names them', () => {
    const { signIn } = readSettings({ ...oidc, CDS_OIDC_PRACTICES_CLAIM: 'units' })
    expect(signIn).toMatchObject({ isEveryPracticeShown: false, way: { oidc: { practicesClaim: 'units' } } })
    const way = { proxy: { practicesHeader: 'x-practices' } }
    expect(readSettings({ ...proxy, CDS_PROXY_PRACTICES_HEADER: 'X-Practices' }).signIn).toMatchObject({ isEveryPracticeShown: false, way })
    expect(readSettings({ ...oidc, CDS_QUALITY_PRACTICES: 'all' }).signIn.isEveryPracticeShown).toBe(true)
  })

  test.each<[string, Record<string, string>, string]>([
    ['practices of whoever asks', { ...oidc, CDS_QUALITY_PRACTICES: 'some' }, 'CDS_QUALITY_PRACTICES'],
    ['all practices beside a claim', { ...oidc, CDS_QUALITY_PRACTICES: 'all', CDS_OIDC_PRACTICES_CLAIM: 'units' }, 'CDS_QUALITY_PRACTICES'],
    [
      'all practices beside a header',
      { ...proxy, CDS_QUALITY_PRACTICES: 'all', CDS_PROXY_PRACTICES_HEADER: 'x-p' },
      'CDS_QUALITY_PRACTICES',
    ],
    ['one header for two things', { ...proxy, CDS_PROXY_PRACTICES_HEADER: 'x-forwarded-user' }, 'CDS_PROXY_PRACTICES_HEADER'],
    ['no address', { ...oidc, CDS_PUBLIC_URL: '' }, 'CDS_PUBLIC_URL'],
    [
      'no address, where an EHR opens the page',
      { CDS_FHIR_SERVERS: '[{"url": "https://ehr.example", "smartClientId": "c"}]' },
      'CDS_PUBLIC_URL',
    ],
    ['no secret', { ...oidc, CDS_SESSION_KEY: '' }, 'CDS_SESSION_KEY'],
    ['no issuer', { ...oidc, CDS_OIDC_ISSUER: '' }, 'CDS_OIDC_ISSUER'],
    ['an issuer with a query', { ...oidc, CDS_OIDC_ISSUER: 'https://login.example.org/?x' }, 'CDS_OIDC_ISSUER'],
    ['no client id', { ...oidc, CDS_OIDC_CLIENT_ID: '' }, 'CDS_OIDC_CLIENT_ID'],
    ['no openid', { ...oidc, CDS_OIDC_SCOPE: 'profile' }, 'CDS_OIDC_SCOPE'],
    ['no header', { ...proxy, CDS_PROXY_USER_HEADER: '' }, 'CDS_PROXY_USER_HEADER'],
    ['a header that means something else', { ...proxy, CDS_PROXY_USER_HEADER: 'Authorization' }, 'CDS_PROXY_USER_HEADER'],
    ['no networks', { ...proxy, CDS_PROXY_NETWORKS: '' }, 'CDS_PROXY_NETWORKS'],
    ['a network that is none', { ...proxy, CDS_PROXY_NETWORKS: '10.1.2.3' }, 'CDS_PROXY_NETWORKS'],
    ['another way', { ...address, CDS_SIGN_IN: 'saml' }, 'CDS_SIGN_IN'],
    ['a short secret', { CDS_SESSION_KEY: 'short' }, 'CDS_SESSION_KEY'],
    ['a frame with a path', { CDS_CASE_FRAMES: 'https://ehr.example.org/x' }, 'CDS_CASE_FRAMES'],
    ['a rate of nought', { CDS_SIGNED_IN_RATE: '0' }, 'CDS_SIGNED_IN_RATE'],
  ])('is refused with %s', (_, environment, name) => {
    const faults = faultsOf(environment)
    expect(faults.filter(fault => fault.startsWith(`${name}: `))).toHaveLength(1)
    expect(faults.some(fault => new RegExp(`^${name}: (expects|is wanted) .`).test(fault))).toBe(true)
  })

  test('is refused in production over plain http to another machine, and taken to this one', () => {
    const production = { ...oidc, NODE_ENV: 'production', CDS_TRUST: 'off' }
    expect(faultsOf({ ...production, CDS_OIDC_ISSUER: 'http://login.example.org' })).toEqual([
      expect.stringMatching(/^CDS_OIDC_ISSUER: is refused/),
    ])
    expect(faultsOf({ ...production, CDS_OIDC_ISSUER: 'http://127.0.0.1:9' })).toEqual([])
  })
})

test('an empty variable is as good as none', () => {
  expect(readSettings({ PORT: '', CDS_NOW: ' ', CDS_FHIR_SERVERS: '' })).toEqual(readSettings({}))
})

describe('a good value', () => {
  test.each<[string, string, keyof Settings, unknown]>([
    ['PORT', '8080', 'port', 8080],
    ['PORT', '0', 'port', 0],
    ['PORT', ' 8080 ', 'port', 8080],
    ['HOST', '127.0.0.1', 'host', '127.0.0.1'],
    ['CDS_OPS_PORT', '9464', 'opsPort', 9464],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4318/', 'traceEndpoint', 'http://collector:4318'],
    ['CDS_OPS_PORT', '0', 'opsPort', 0],
    ['CDS_DEMO', 'off', 'demo', false],
    ['CDS_DEMO', 'TRUE', 'demo', true],
    ['DEMO_FHIR_PORT', '4001', 'demoFhirPort', 4001],
    ['DEMO_FHIR_PORT', '0', 'fhirServers', ['http://localhost:*/fhir', 'http://127.0.0.1:*/fhir']],
    ['CDS_FHIR_SERVERS', 'https://a.example/fhir, http://127.0.0.1:*', 'fhirServers', ['https://a.example/fhir', 'http://127.0.0.1:*']],
    [
      'CDS_FHIR_SERVERS',
      '["https://a.example", {"url": "https://b.example", "networks": ["10.0.0.0/8"], "tokenRequired": true}]',
      'fhirServers',
      ['https://a.example', { url: 'https://b.example', networks: ['10.0.0.0/8'], tokenRequired: true }],
    ],
    ['CDS_FHIR_SERVERS', 'http://127.0.0.1:*/fhir', 'fhirServers', ['http://127.0.0.1:*/fhir']],
    ['CDS_FHIR_SERVERS', 'http://[::1]:8080/fhir', 'fhirServers', ['http://[::1]:8080/fhir']],
    ['CDS_NOW', '2026-03-30T12:00:00+02:00', 'frozenNow', new Date('2026-03-30T10:00:00Z')],
    ['CDS_NOW', '2026-03-30T10:00:00Z', 'frozenNow', new Date('2026-03-30T10:00:00Z')],
    ['CDS_NOW', '2026-03-30T10:00:00', 'frozenNow', new Date('2026-03-30T10:00:00Z')],
    ['CDS_TIME_ZONE', 'America/New_York', 'timeZone', 'America/New_York'],
    ['CDS_PUBLIC_URL', 'https://Columna.example.org:443/', 'publicUrl', 'https://columna.example.org'],
    ['CDS_PUBLIC_URL', 'http://localhost:3000/cds//', 'publicUrl', 'http://localhost:3000/cds'],
    ['CDS_DEADLINE_MS', '20', 'deadlineMs', 20],
    ['CDS_DEADLINE_MS', '60000', 'deadlineMs', 60_000],
    ['CDS_BODY_LIMIT', '1000', 'bodyLimit', 1000],
    ['CDS_FHIR_RESPONSE_LIMIT', '1000', 'fhirResponseLimit', 1000],
    ['CDS_FHIR_PAGE_LIMIT', '1', 'fhirPageLimit', 1],
    ['CDS_FHIR_REQUESTS', '500', 'fhirRequests', 500],
    ['CDS_FHIR_CONCURRENCY', '1', 'fhirConcurrency', 1],
    ['CDS_FHIR_CALL_LIMIT', '1000', 'fhirCallLimit', 1000],
    ['CDS_OPTIONAL_WAIT_MS', '0', 'optionalWaitMs', 0],
    ['CDS_FEEDBACK_MEMORY', '100000', 'feedbackMemory', 100_000],
    ['CDS_OVERRIDE_MEMORY', '100000', 'overrideMemory', 100_000],
    ['CDS_STORE', 'memory', 'keptIn', 'memory'],
    ['CDS_RECORD_DAYS', '3660', 'retention', { days: 3_660, commentDays: 30 }],
    ['CDS_COMMENT_DAYS', '0', 'retention', { days: 183, commentDays: 0 }],
    ['CDS_SHOWN_MEMORY', '100000', 'shownMemory', 100_000],
    ['CDS_REPLAY_STRICT', 'off', 'isReplayStrict', false],
    ['CDS_START_BACK_WORDING', '/etc/columna/wording.json', 'startBackWording', '/etc/columna/wording.json'],
    ['CDS_QUALITY_REPORTS', '/var/columna/measures', 'qualityReports', '/var/columna/measures'],
    ['CDS_REPEAT_INFO_DAYS', '0', 'repeatInfoDays', 0],
    ['CDS_REPEAT_INFO_DAYS', '365', 'repeatInfoDays', 365],
    ['CDS_EXPLAIN', '0', 'explain', false],
    ['CDS_EXPLAIN_DEADLINE_MS', '20', 'explainDeadlineMs', 20],
    ['CDS_EXPLAIN_DEADLINE_MS', '60000', 'explainDeadlineMs', 60_000],
    ['CDS_DRAFT_KNOWLEDGE', 'no', 'draftKnowledge', false],
    ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
    ['CDS_CASE_FRAMES', 'https://a.example, https://b.example:8443', 'caseFrames', ['https://a.example', 'https://b.example:8443']],
  ])('%s=%s', (name, text, key, value) => {
    expect(readSettings({ [name]: text })[key]).toEqual(value)
  })
})

describe('a bad value names its variable', () => {
  test.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PORT', '0x50'],
    ['PORT', 'eighty'],
    ['DEMO_FHIR_PORT', '70000'],
    ['CDS_DEMO', 'maybe'],
    ['CDS_FHIR_SERVERS', 'ehr.example.org'],
    ['CDS_FHIR_SERVERS', 'ftp://a.example'],
    ['CDS_FHIR_SERVERS', 'https://a.example,nonsense'],
    ['CDS_FHIR_SERVERS', '*'],
    ['CDS_FHIR_SERVERS', '["https://a.example"'],
    ['CDS_FHIR_SERVERS', '[{"url": "https://a.example", "networks": []}]'],
    ['CDS_FHIR_SERVERS', '[{"url": "https://a.example", "network": ["10.0.0.0/8"]}]'],
    ['CDS_FHIR_SERVERS', '[{"url": "https://a.example", "networks": ["10.0.0.1"]}]'],
    ['CDS_FHIR_SERVERS', 'http://169.254.169.254'],
    ['CDS_FHIR_SERVERS', 'https://*/fhir'],
    ['CDS_FHIR_SERVERS', 'https://user:secret@a.example/fhir'],
    ['CDS_FHIR_SERVERS', 'https://a.example/fhir?x=y'],
    ['CDS_NOW', 'yesterday'],
    ['CDS_NOW', '2026-03-30'],
    ['CDS_NOW', '2026-13-30T12:00:00Z'],
    ['CDS_TIME_ZONE', 'Mars/Olympus'],
    ['CDS_PUBLIC_URL', 'columna.example.org'],
    ['CDS_PUBLIC_URL', 'ftp://columna.example.org'],
    ['CDS_PUBLIC_URL', 'https://user:secret@columna.example.org'],
    ['CDS_PUBLIC_URL', 'https://columna.example.org?a=b'],
    ['CDS_PUBLIC_URL', 'https://columna.example.org/#a'],
    ['CDS_PUBLIC_URL', 'https://columna.example.org/(a)'],
    ['CDS_DEADLINE_MS', '19'],
    ['CDS_DEADLINE_MS', '60001'],
    ['CDS_BODY_LIMIT', '10'],
    ['CDS_FHIR_RESPONSE_LIMIT', '1e6'],
    ['CDS_FHIR_PAGE_LIMIT', '0'],
    ['CDS_FHIR_REQUESTS', '0'],
    ['CDS_FHIR_CONCURRENCY', '33'],
    ['CDS_FHIR_CALL_LIMIT', '999'],
    ['CDS_OPTIONAL_WAIT_MS', '-1'],
    ['CDS_EXPLAIN', '2'],
    ['CDS_EXPLAIN_DEADLINE_MS', '19'],
    ['CDS_EXPLAIN_DEADLINE_MS', '60001'],
    ['CDS_DRAFT_KNOWLEDGE', 'draft'],
    ['LOG_LEVEL', 'loud'],
    ['CDS_FEEDBACK_MEMORY', '0'],
    ['CDS_OVERRIDE_MEMORY', '1GB'],
    ['CDS_SHOWN_MEMORY', '99999'],
    ['CDS_REPEAT_INFO_DAYS', '366'],
    ['CDS_REPEAT_INFO_DAYS', '-1'],
    ['CDS_REPEAT_INFO_DAYS', 'fourteen'],
    ['CDS_STORE', 'disk'],
    ['CDS_STORE', 'file:'],
    ['CDS_STORE', 'file:///data/columna.db'],
    ['CDS_STORE', 'mysql://a.example/columna'],
    ['CDS_PATIENT_KEY', 'too short'],
    ['CDS_REPLAY_STRICT', 'maybe'],
    ['CDS_RECORD_DAYS', '0'],
    ['CDS_COMMENT_DAYS', 'x'],
    ['CDS_INSECURE', 'everything'],
    ['CDS_INSECURE', 'demo, all'],
    ['CDS_INSECURE', 'on'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:word@collector'],
    ['CDS_OPS_PORT', '65536'],
    ['CDS_OPERATIONS_KEY', 'x'.repeat(32)],
    ['CDS_OPS_PORT', '3000'],
    ['CDS_OPS_PORT', '3001'],
  ])('%s=%s', (name, text) => {
    expect(faultsOf({ [name]: text })).toEqual([expect.stringMatching(new RegExp(`^${name}: (expects|is refused) .`))])
  })

  test('all at once', () => {
    expect(
      faultsOf({ PORT: 'x', LOG_LEVEL: 'x', CDS_DEMO: 'x' })
        .map(fault => fault.split(':')[0])
        .sort(),
    ).toEqual(['CDS_DEMO', 'LOG_LEVEL', 'PORT'])
  })
})

test('a store that replicas share needs a secret of the site, and so does each in production', () => {
  const CDS_PATIENT_KEY = 'x'.repeat(32)
  expect(readSettings({ CDS_STORE: 'file:./data/columna.db', CDS_PATIENT_KEY }).keptIn).toEqual({
    place: { file: './data/columna.db' },
    siteKey: CDS_PATIENT_KEY,
  })
  const file = 'file:./data/columna.db'
  expect(readSettings({ CDS_STORE: file }).keptIn).toEqual({ place: { file: './data/columna.db' } })
  expect(faultsOf({ CDS_STORE: file, NODE_ENV: 'production' })).toEqual([expect.stringMatching(/^CDS_PATIENT_KEY: expects a secret/)])
  expect(readSettings({ NODE_ENV: 'production' }).keptIn).toBe('memory')
  expect(faultsOf({ CDS_STORE: 'memory', CDS_REPLAY_STRICT: 'on' })).toEqual([expect.stringMatching(/^CDS_REPLAY_STRICT: expects a store/)])
  const postgres = 'postgres://columna@db.example/columna'
  expect(readSettings({ CDS_STORE: postgres, CDS_PATIENT_KEY }).keptIn).toEqual({ place: { postgres }, siteKey: CDS_PATIENT_KEY })
  expect(readSettings({ CDS_STORE: postgres, CDS_PATIENT_KEY, CDS_REPLAY_STRICT: 'on' }).isReplayStrict).toBe(true)
  expect(faultsOf({ CDS_STORE: postgres })).toEqual([expect.stringMatching(/^CDS_PATIENT_KEY: expects a secret of 32 characters/)])
  expect(faultsOf({ CDS_STORE: postgres }).join('')).not.toContain('db.example')
})

test('a file without a secret has one made beside it, once, for its owner alone', () => {
  const home = mkdtempSync(join(tmpdir(), 'columna-key-'))
  const file = join(home, 'data', 'columna.db')
  const made = siteKeyBeside(file)
  expect(made.length).toBeGreaterThanOrEqual(32)
  expect(siteKeyBeside(file)).toBe(made)
  expect([readdirSync(join(home, 'data')), statSync(`${file}.key`).mode & 0o777]).toEqual([['columna.db.key'], 0o600])
  writeFileSync(`${file}.key`, 'short')
  expect(() => siteKeyBeside(file)).toThrow('The file holds no secret.')
  rmSync(home, { recursive: true })
})

test('operators load anew by a secret of their own, on a port of their own', () => {
  const CDS_OPERATIONS_KEY = 'x'.repeat(32)
  expect(readSettings({ CDS_OPERATIONS_KEY, CDS_OPS_PORT: '9464' }).operationsKey).toBe(CDS_OPERATIONS_KEY)
  expect(faultsOf({ CDS_OPERATIONS_KEY: 'short', CDS_OPS_PORT: '9464' })).toEqual([
    expect.stringMatching(/^CDS_OPERATIONS_KEY: expects a secret of 32/),
  ])
  expect(faultsOf({ CDS_OPERATIONS_KEY })).toEqual([expect.stringMatching(/^CDS_OPERATIONS_KEY: expects CDS_OPS_PORT beside it/)])
})

describe('a secret in a file', () => {
  const home = mkdtempSync(join(tmpdir(), 'columna-secrets-'))
  const CDS_STORE = 'postgres://columna:word@db.example/columna'
  const CDS_PATIENT_KEY = 'x'.repeat(32)
  const fileOf = (text: string): string => {
    const file = join(home, randomUUID())
    writeFileSync(file, text)
    return file
  }

  afterAll(() => rmSync(home, { recursive: true }))

  test('is what the variable would be, without the end of its line', () => {
    expect(readSettings({ CDS_STORE_FILE: fileOf(`${CDS_STORE}\n`), CDS_PATIENT_KEY_FILE: fileOf(`${CDS_PATIENT_KEY}\n`) }).keptIn).toEqual(
      {
        place: { postgres: CDS_STORE },
        siteKey: CDS_PATIENT_KEY,
      },
    )
  })

  test('gives way to the variable', () => {
    const both = { CDS_STORE: 'memory', CDS_STORE_FILE: fileOf(CDS_STORE), CDS_PATIENT_KEY_FILE: fileOf(CDS_PATIENT_KEY) }
    expect(readSettings(both).keptIn).toBe('memory')
  })

  test.each([
    ['that is not there', '/nowhere/secret', /^CDS_PATIENT_KEY: expects CDS_PATIENT_KEY_FILE to name a file that can be read \(ENOENT\)$/],
    ['that is empty', fileOf(' \n'), /^CDS_PATIENT_KEY: expects the file of CDS_PATIENT_KEY_FILE to hold something$/],
    ['that holds a short one', fileOf('guess me'), /^CDS_PATIENT_KEY: expects a secret of 32 characters/],
  ])('%s is told, and not what it holds', (_, CDS_PATIENT_KEY_FILE, fault) => {
    const faults = faultsOf({ CDS_STORE, CDS_PATIENT_KEY_FILE })
    expect(faults).toEqual([expect.stringMatching(fault)])
    expect(faults.join('')).not.toMatch(/guess|word/)
  })

  test('is for secrets alone', () => {
    expect(readSettings({ PORT_FILE: fileOf('4000') }).port).toBe(3000)
  })
})

describe('in production', () => {
  const production = { NODE_ENV: 'production' }

  test('there is no demonstration, no explaining, no draft, and no server is read unasked', () => {
    expect(readSettings(production)).toMatchObject({ demo: false, explain: false, draftKnowledge: false, fhirServers: [] })
  })

  test('each of them may be chosen', () => {
    expect(
      readSettings({ ...production, CDS_DEMO: 'on', CDS_EXPLAIN: 'on', CDS_DRAFT_KNOWLEDGE: 'on', CDS_INSECURE: 'demo' }),
    ).toMatchObject({
      demo: true,
      explain: true,
      draftKnowledge: true,
      fhirServers: ['http://localhost:3001/fhir', 'http://127.0.0.1:3001/fhir'],
    })
  })

  test('the address of the pages is https', () => {
    expect(faultsOf({ ...production, CDS_PUBLIC_URL: 'http://columna.example.org' })).toEqual([
      expect.stringMatching(/^CDS_PUBLIC_URL: expects https in production/),
    ])
    expect(faultsOf({ ...production, CDS_PUBLIC_URL: 'https://columna.example.org' })).toEqual([])
  })

  test('the clock must run', () => {
    expect(faultsOf({ ...production, CDS_NOW: '2026-03-30T12:00:00+02:00' })).toEqual([
      expect.stringMatching(/^CDS_NOW: is refused in production/),
    ])
  })
})

describe('who can reach the service', () => {
  test.each<[string, Record<string, string>, string]>([
    ['the demonstration keeps to this machine', {}, '127.0.0.1'],
    ['so does development without it', { CDS_DEMO: 'off' }, '127.0.0.1'],
    ['so does the demonstration in production', { NODE_ENV: 'production', CDS_DEMO: 'on', CDS_INSECURE: 'demo' }, '127.0.0.1'],
    ['production is there for others', { NODE_ENV: 'production' }, '0.0.0.0'],
    ['whoever sets HOST decides', { HOST: '0.0.0.0' }, '0.0.0.0'],
  ])('%s', (_, environment, host) => {
    expect(readSettings(environment).host).toBe(host)
  })
})

describe('production refuses what is insecure, unless it is named', () => {
  const risks: [string, Record<string, string>, string][] = [
    ['the demonstration', { CDS_DEMO: 'on' }, 'demo'],
    ['plain http to another machine', { CDS_FHIR_SERVERS: 'https://a.example/fhir,http://10.0.0.1/fhir' }, 'http'],
    ['plain http to a name', { CDS_FHIR_SERVERS: 'http://localhost.example/fhir' }, 'http'],
    ['any port of another machine', { CDS_FHIR_SERVERS: 'https://a.example:*/fhir' }, 'any-port'],
    ['any port of this machine', { CDS_FHIR_SERVERS: 'http://127.0.0.1:*' }, 'any-port'],
  ]

  test.each(risks)('%s', (_, environment, risk) => {
    const [name] = Object.keys(environment)
    const refusal = expect.stringMatching(new RegExp(`^${name}: is refused in production.* CDS_INSECURE=${risk}$`))
    expect(faultsOf({ ...environment, NODE_ENV: 'production' })).toEqual([refusal])
    const others = ['demo', 'http', 'any-port'].filter(other => other !== risk).join(',')
    expect(faultsOf({ ...environment, NODE_ENV: 'production', CDS_INSECURE: others })).toEqual([refusal])
    expect(faultsOf({ ...environment, NODE_ENV: 'production', CDS_INSECURE: ` ${risk.toUpperCase()} ` })).toEqual([])
    expect(faultsOf(environment)).toEqual([])
  })

  test('each risk of one variable by its own name', () => {
    const environment = { NODE_ENV: 'production', CDS_FHIR_SERVERS: 'http://10.0.0.1:*' }
    expect(faultsOf({ ...environment, CDS_INSECURE: 'http' })).toEqual([expect.stringContaining('CDS_INSECURE=any-port')])
    expect(faultsOf({ ...environment, CDS_INSECURE: 'any-port' })).toEqual([expect.stringContaining('CDS_INSECURE=http')])
    expect(faultsOf({ ...environment, CDS_INSECURE: 'http, any-port' })).toEqual([])
  })

  test.each([
    'http://localhost:8080/fhir',
    'http://127.0.0.2/fhir',
    'http://[::1]:8080/fhir',
    'http://127.1/fhir',
    'HTTP://LOCALHOST./fhir',
    'https://ehr.example/fhir',
  ])('but not %s', url => {
    expect(faultsOf({ NODE_ENV: 'production', CDS_FHIR_SERVERS: url })).toEqual([])
  })
})

describe('settings that knowledge declares', () => {
  const declared = readDeclarations(readKnowledgeJson(PROJECT_ROOT, new FaultList()) ?? {}, new FaultList())
  const another = {
    dialect: { type: 'code', values: ['north', 'south'], default: 'south' },
    isStrict: { type: 'boolean', default: false },
  } as const

  test('have the values that the knowledge gives them, unless the deployment chooses', () => {
    expect(readKnowledgeSettings(declared, {})).toEqual({ region: 'nordjylland', showRetired: true, conditionalOffers: false })
    expect(readKnowledgeSettings(declared, { CDS_REGION: 'Sjælland', CDS_SHOW_RETIRED: 'off', CDS_CONDITIONAL_OFFERS: ' 1 ' })).toEqual({
      region: 'sjælland',
      showRetired: false,
      conditionalOffers: true,
    })
    expect(readKnowledgeSettings(another, { CDS_DIALECT: 'north', CDS_IS_STRICT: 'on', CDS_REGION: 'nowhere' })).toEqual({
      dialect: 'north',
      isStrict: true,
    })
    expect(readKnowledgeSettings({}, {})).toEqual({})
  })

  test.each([
    ['CDS_REGION', 'skåne'],
    ['CDS_SHOW_RETIRED', 'maybe'],
    ['CDS_CONDITIONAL_OFFERS', '2'],
  ])('a bad value names its variable: %s=%s', (name, text) => {
    expect(faultsOf({ [name]: text }, environment => readKnowledgeSettings(declared, environment))).toEqual([
      expect.stringMatching(new RegExp(`^${name}: expects .`)),
    ])
  })

  test.each(['explain', 'now', 'insecure', 'fhirServers'])('cannot be called as one of the service: %s', name => {
    const faults = new FaultList()
    expect(readDeclarations({ settings: { [name]: { type: 'boolean', default: true } } }, faults, isOwnSetting)).toEqual({})
    expect(faults.faults).toEqual([
      { code: 'PROFILE_INVALID', file: 'knowledge.json', element: `settings.${name}`, message: expect.stringMatching(/^The service has/) },
    ])
    expect(Object.keys(declared).filter(isOwnSetting)).toEqual([])
  })

  test("stand in README's table with their values and defaults", () => {
    const rows = readFileSync(join(PROJECT_ROOT, 'README.md'), 'utf8').split('\n')
    const lacking = Object.entries(declared).filter(([name, { type, values = [], default: usual }]) => {
      const row = rows.find(each => each.startsWith(`| \`${variableOf(name)}\` |`)) ?? ''
      const cell = type === 'boolean' ? (usual === true ? 'on' : 'off') : `\`${String(usual)}\``
      return !row.includes(`| ${cell} |`) || !values.every(value => row.includes(`\`${value}\``))
    })
    expect(lacking).toEqual([])
  })

  test('a member that nobody reads is a fault', () => {
    const faults = new FaultList()
    readProfile({ canonicalBase: 'https://example.org/fhir', setings: {} }, faults)
    expect(faults.faults).toEqual([
      { code: 'PROFILE_INVALID', file: 'knowledge.json', element: 'setings', message: expect.stringContaining('known are about,') },
    ])
  })

  test.each<[string, unknown]>([
    ['settings', ['region']],
    ['settings.Region', { type: 'boolean', default: true }],
    ['settings.region', 'nordjylland'],
    ['settings.region', { type: 'text', default: 'x' }],
    ['settings.region', { type: 'code', default: 'x' }],
    ['settings.region', { type: 'code', values: ['X'], default: 'X' }],
    ['settings.region', { type: 'code', values: ['x'], default: 'y' }],
    ['settings.region', { type: 'boolean', default: 'on' }],
    ['settings.region', { type: 'boolean', default: true, vaules: [] }],
  ])('a declaration that says too little is a fault: %s', (element, written) => {
    const faults = new FaultList()
    readDeclarations({ settings: element === 'settings' ? written : { [element.slice('settings.'.length)]: written } }, faults)
    expect(faults.faults).toEqual([
      { code: 'PROFILE_INVALID', file: 'knowledge.json', element, message: expect.stringMatching(/^\S.{5,}/) },
    ])
  })
})
