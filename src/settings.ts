import { readFileSync } from 'node:fs'
import type { SettingsTable } from './engine/knowledge/vocabulary.js'
import { CdsError } from './errors.js'
import type { KeptIn, StorePlace } from './record/open-record.js'
import { SHORTEST_SECRET } from './record/site-key.js'
import { PRACTICES_SHOWN, WAYS, type SignInSettings } from './sign-in/settings.js'
import { baseUrl, httpUrl } from './trust/base-url.js'
import {
  faultOfServers,
  isPlainToAnother,
  isServerList,
  listedServer,
  NO_NETWORK,
  type ServerEntry,
  type ServerRisk,
} from './trust/listed-servers.js'
import { isNetwork } from './trust/networks.js'
import { TRUST_OFF } from './trust/who-may-call.js'

/** Everything that a deployment can choose of the service. The README's table of settings lists the same names, and those that the knowledge declares. */
export interface Settings {
  /** Port of the CDS service. */
  port: number
  /** Address to listen on; the demonstration and development keep to this machine unless it is chosen. */
  host: string
  /** Port for operators: figures and details of readiness; undefined where they are asked for on the service's port. */
  opsPort: number | undefined
  /** Secret by which operators have knowledge and clients loaded anew; undefined where only a signal does. */
  operationsKey: string | undefined
  /** Whether the embedded FHIR server with demonstration patients runs beside the service. */
  demo: boolean
  demoFhirPort: number
  /** FHIR servers that may be read; `*` as a port means any port of that host. */
  fhirServers: readonly ServerEntry[]
  /** The instant at which the clock stands still; undefined means the real clock. */
  frozenNow: Date | undefined
  /** IANA name of the zone whose calendar decides what `today()` is. */
  timeZone: string
  /** Milliseconds that one call may take in all. */
  deadlineMs: number
  /** Largest request body in bytes. */
  bodyLimit: number
  /** Milliseconds for which a connection is kept open without a request. */
  keepAliveMs: number
  /** Most connections to one port at one time. */
  mostConnections: number
  /** Largest answer of a FHIR server in bytes. */
  fhirResponseLimit: number
  /** Most pages of one search. */
  fhirPageLimit: number
  /** Most requests to a FHIR server in one call, and most of them at one time. */
  fhirRequests: number
  fhirConcurrency: number
  /** Most bytes of all answers of a FHIR server in one call. */
  fhirCallLimit: number
  /** Milliseconds that a call waits for optional data when all essential data is there. */
  optionalWaitMs: number
  /** Bytes of memory that feedback may take up. */
  feedbackMemory: number
  /** Bytes of memory that answered and overridden cards may take up. */
  overrideMemory: number
  /** Bytes of memory that cards which were shown may take up, by which an info card is not repeated. */
  shownMemory: number
  /** Where feedback, overridden and shown cards are kept. */
  keptIn: KeptIn
  /** Days for which a store keeps its rows, and what clinicians wrote. */
  retention: { days: number; commentDays: number }
  /** Days within which an info card does not say the same to the same user about the same patient again; 0 where it always does. */
  repeatInfoDays: number | undefined
  /** Whether nobody is answered whose token may have been used at another process, while the store cannot tell. */
  isReplayStrict: boolean
  explain: boolean
  /** Milliseconds that one explanation may take in all. */
  explainDeadlineMs: number
  /** Whether knowledge with status draft is served. */
  draftKnowledge: boolean
  logLevel: string
  /** Address under which readers reach the service's pages, without a slash at its end; undefined where cards link to none. */
  publicUrl: string | undefined
  /** File that registers clients; `off` where another layer checks who calls, undefined where it is the one beside the knowledge, if any. */
  trust: string | undefined
  /** How people sign in to the pages that they work in, and what they may then do. */
  signIn: SignInSettings
  /** Origins of the EHRs whose windows may hold the patient's page; none unless given. */
  caseFrames: readonly string[]
  /** Seconds for which a client's token is good from when it was made. */
  tokenMaxAge: number
  /** Risks of an address that the deployment does not take. */
  refusedRisks: readonly ServerRisk[]
  /** Base URL of the collector of traces; undefined where nothing is traced. */
  traceEndpoint: string | undefined
  /** Whether production's rules hold. */
  isProduction: boolean
  /** File with the validated wording of the form for patients; undefined where the site has none. */
  startBackWording: string | undefined
  /** Folder of MeasureReports that the practice report tells of; undefined where the site has none. */
  qualityReports: string | undefined
  /** Folder of the knowledge that is served; undefined where it is that of this package. */
  knowledgeFolder: string | undefined
}

/** What a deployment chose for the knowledge, by the names that the knowledge declares. */
export type KnowledgeSettings = Readonly<Record<string, boolean | string>>

interface Setting<T> {
  name: string
  /** Reads the text of the variable. Throws an Error whose message says what is expected. */
  read: (text: string) => T
  fallback: (environment: Environment) => T
  /** Whether a file may hold it, which the same name with _FILE names: an environment is read by many. */
  isSecret?: true
}

type Environment = Readonly<Record<string, string | undefined>>

/** What production refuses unless CDS_INSECURE names it. */
const RISKS = {
  /** The demonstration: invented patients, and a FHIR server that anybody may write to. */
  demo: 'demo',
  /** Patient data and tokens in plain text to another machine. */
  http: 'http',
  /** A `*` for a port: tokens for whatever listens there. */
  anyPort: 'any-port',
} as const

type Risk = (typeof RISKS)[keyof typeof RISKS]

const isProduction = (environment: Environment) => environment.NODE_ENV === 'production'
const outsideProduction = (environment: Environment) => !isProduction(environment)

/**
 * Reads and checks all settings.
 * @throws CdsError CDS_SETTING_INVALID naming every variable that is wrong and what is expected of it.
 */
export function readSettings(environment: Environment = process.env): Settings {
  const { setting, refuse, throwIfAny } = readingFrom(environment)
  const production = isProduction(environment)
  const taken = setting({ name: 'CDS_INSECURE', read: risks, fallback: () => [] })
  const isRefused = (risk: Risk) => production && !taken.includes(risk)
  const refusedRisks = ([RISKS.http, RISKS.anyPort] as const).filter(isRefused)
  const demo = setting({ name: 'CDS_DEMO', read: demonstration(isRefused), fallback: outsideProduction })
  const demoFhirPort = setting({ name: 'DEMO_FHIR_PORT', read: wholeNumber(0, 65535), fallback: () => 3001 })
  const port = setting({ name: 'PORT', read: wholeNumber(0, 65535), fallback: () => 3000 })
  const store = setting<'memory' | StorePlace>({ name: 'CDS_STORE', read: storePlace, fallback: usualStore, isSecret: true })
  const siteKey = setting({ name: 'CDS_PATIENT_KEY', read: secret, fallback: () => undefined, isSecret: true })
  const needsKey = store !== 'memory' && (production || 'postgres' in store)
  if (needsKey && !isGiven('CDS_PATIENT_KEY', environment)) refuse('CDS_PATIENT_KEY', `${SECRET} beside CDS_STORE`)
  if (isGiven('CDS_OPERATIONS_KEY', environment) && textOf('CDS_OPS_PORT', environment) === undefined)
    refuse('CDS_OPERATIONS_KEY', 'expects CDS_OPS_PORT beside it, where operators are answered and clients are not')
  const publicAddress = setting({ name: 'CDS_PUBLIC_URL', read: publicUrl(production), fallback: () => undefined })
  const listedServers = setting({
    name: 'CDS_FHIR_SERVERS',
    read: fhirServers(refusedRisks),
    fallback: () => (demo ? embeddedServer(demoFhirPort) : []),
  })
  const signIn = signInFrom({ setting, refuse }, environment, refusedRisks)
  if ((signIn.way || listedServers.some(each => listedServer(each).smartClientId !== undefined)) && publicAddress === undefined)
    refuse('CDS_PUBLIC_URL', 'expects the address of this service where people sign in or an EHR opens its pages')
  const settings: Settings = {
    port,
    opsPort: setting({ name: 'CDS_OPS_PORT', read: portBeside(demo ? [port, demoFhirPort] : [port]), fallback: () => undefined }),
    operationsKey: setting({ name: 'CDS_OPERATIONS_KEY', read: secret, fallback: () => undefined, isSecret: true }),
    host: setting({ name: 'HOST', read: text => text, fallback: () => (production && !demo ? '0.0.0.0' : '127.0.0.1') }),
    demo,
    demoFhirPort,
    fhirServers: listedServers,
    frozenNow: setting({ name: 'CDS_NOW', read: frozenInstant(production), fallback: () => undefined }),
    timeZone: setting({ name: 'CDS_TIME_ZONE', read: timeZone, fallback: () => 'Europe/Copenhagen' }),
    deadlineMs: setting({ name: 'CDS_DEADLINE_MS', read: wholeNumber(20, 60_000), fallback: () => 450 }),
    bodyLimit: setting({ name: 'CDS_BODY_LIMIT', read: wholeNumber(1_000, 100_000_000), fallback: () => 4_000_000 }),
    keepAliveMs: setting({ name: 'CDS_KEEP_ALIVE_MS', read: wholeNumber(1_000, 3_600_000), fallback: () => 65_000 }),
    mostConnections: setting({ name: 'CDS_MAX_CONNECTIONS', read: wholeNumber(1, 100_000), fallback: () => 1_000 }),
    fhirResponseLimit: setting({
      name: 'CDS_FHIR_RESPONSE_LIMIT',
      read: wholeNumber(1_000, 100_000_000),
      fallback: () => 8_000_000,
    }),
    fhirPageLimit: setting({ name: 'CDS_FHIR_PAGE_LIMIT', read: wholeNumber(1, 500), fallback: () => 50 }),
    fhirRequests: setting({ name: 'CDS_FHIR_REQUESTS', read: wholeNumber(1, 500), fallback: () => 40 }),
    fhirConcurrency: setting({ name: 'CDS_FHIR_CONCURRENCY', read: wholeNumber(1, 32), fallback: () => 10 }),
    fhirCallLimit: setting({ name: 'CDS_FHIR_CALL_LIMIT', read: wholeNumber(1_000, 500_000_000), fallback: () => 16_000_000 }),
    optionalWaitMs: setting({ name: 'CDS_OPTIONAL_WAIT_MS', read: wholeNumber(0, 60_000), fallback: () => 100 }),
    feedbackMemory: setting({ name: 'CDS_FEEDBACK_MEMORY', read: wholeNumber(100_000, 10_000_000_000), fallback: () => 64_000_000 }),
    overrideMemory: setting({ name: 'CDS_OVERRIDE_MEMORY', read: wholeNumber(100_000, 10_000_000_000), fallback: () => 32_000_000 }),
    shownMemory: setting({ name: 'CDS_SHOWN_MEMORY', read: wholeNumber(100_000, 10_000_000_000), fallback: () => 32_000_000 }),
    keptIn: keptIn(store, siteKey),
    retention: {
      days: setting({ name: 'CDS_RECORD_DAYS', read: wholeNumber(1, 3_660), fallback: () => 183 }),
      commentDays: setting({ name: 'CDS_COMMENT_DAYS', read: wholeNumber(0, 3_660), fallback: () => 30 }),
    },
    repeatInfoDays: setting({ name: 'CDS_REPEAT_INFO_DAYS', read: wholeNumber(0, 365), fallback: () => undefined }),
    isReplayStrict: setting({ name: 'CDS_REPLAY_STRICT', read: strictness(store), fallback: () => false }),
    explain: setting({ name: 'CDS_EXPLAIN', read: onOrOff, fallback: outsideProduction }),
    explainDeadlineMs: setting({ name: 'CDS_EXPLAIN_DEADLINE_MS', read: wholeNumber(20, 60_000), fallback: () => 5_000 }),
    draftKnowledge: setting({ name: 'CDS_DRAFT_KNOWLEDGE', read: onOrOff, fallback: outsideProduction }),
    publicUrl: publicAddress,
    signIn,
    caseFrames: setting({ name: 'CDS_CASE_FRAMES', read: origins, fallback: () => [] }),
    trust: setting({ name: 'CDS_TRUST', read: fileOrOff, fallback: () => undefined }),
    tokenMaxAge: setting({ name: 'CDS_TOKEN_MAX_AGE', read: wholeNumber(60, 86_400), fallback: () => 3_600 }),
    refusedRisks,
    isProduction: production,
    qualityReports: setting({ name: 'CDS_QUALITY_REPORTS', read: text => text, fallback: () => undefined }),
    startBackWording: setting({ name: 'CDS_START_BACK_WORDING', read: text => text, fallback: () => undefined }),
    knowledgeFolder: readKnowledgeFolder(environment),
    traceEndpoint: setting({ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', read: collector, fallback: () => undefined }),
    logLevel: setting({ name: 'LOG_LEVEL', read: logLevel, fallback: () => 'info' }),
  }
  throwIfAny()
  return settings
}

/**
 * Reads and checks what the deployment chooses for the knowledge; what it does not choose is as the knowledge says.
 * @throws CdsError CDS_SETTING_INVALID naming every variable that is wrong and what is expected of it.
 */
export function readKnowledgeSettings(declared: SettingsTable, environment: Environment = process.env): KnowledgeSettings {
  const { setting, throwIfAny } = readingFrom(environment)
  const chosen = Object.entries(declared).map(
    ([name, { type, values = [], default: usual }]) =>
      [
        name,
        setting<boolean | string>({ name: variableOf(name), read: type === 'boolean' ? onOrOff : oneOf(values), fallback: () => usual }),
      ] as const,
  )
  throwIfAny()
  return Object.fromEntries(chosen)
}

/** Folder of the knowledge that the environment names; undefined where it is that of this package. */
export const readKnowledgeFolder = (environment: Environment = process.env): string | undefined =>
  readingFrom(environment).setting({ name: 'CDS_KNOWLEDGE', read: text => text, fallback: () => undefined })

/** Has this process serve a folder of knowledge where its environment names none. */
export function nameKnowledgeFolder(folder: string | undefined, environment: NodeJS.ProcessEnv = process.env): void {
  if (folder !== undefined && readKnowledgeFolder(environment) === undefined) environment['CDS_KNOWLEDGE'] = folder
}

/** Whether a setting that knowledge declares would be called as one of the service itself. */
export const isOwnSetting = (name: string): boolean => isServiceVariable(variableOf(name))

/** Whether the service itself reads a variable. */
export const isServiceVariable = (name: string): boolean => ownVariables().has(name)

/** The variables that the service itself reads. */
function ownVariables(): ReadonlySet<string> {
  const names = new Set<string>()
  readSettings(new Proxy<Environment>({}, { get: (_, name) => void names.add(String(name)) }))
  return names
}

/** Reads one setting after the other and gathers what is wrong with them. */
function readingFrom(environment: Environment) {
  const faults: string[] = []
  const refuse = (name: string, why: string): void => void faults.push(`${name}: ${why}`)
  const setting = <T>({ name, read, fallback, isSecret }: Setting<T>): T => {
    try {
      const text = textOf(name, environment) ?? (isSecret && textOfFile(name, environment))
      return text === undefined ? fallback(environment) : read(text)
    } catch (error) {
      refuse(name, (error as Error).message)
      return fallback(environment)
    }
  }
  const throwIfAny = (): void => {
    if (faults.length > 0) throw new CdsError('CDS_SETTING_INVALID', `Settings are wrong: ${faults.join('; ')}.`, faults)
  }
  return { setting, refuse, throwIfAny }
}

function textOf(name: string, environment: Environment): string | undefined {
  const text = environment[name]?.trim()
  return text === '' ? undefined : text
}

/** The variable that names the file of a secret. */
const fileVariable = (name: string): string => `${name}_FILE`

const isGiven = (name: string, environment: Environment): boolean =>
  [name, fileVariable(name)].some(each => textOf(each, environment) !== undefined)

/** What the file of a secret holds, without the line's end. @throws Error when it cannot be read or holds nothing. */
function textOfFile(name: string, environment: Environment): string | undefined {
  const path = textOf(fileVariable(name), environment)
  if (path === undefined) return undefined
  const text = readText(path, fileVariable(name)).trim()
  if (text === '') throw new Error(`expects the file of ${fileVariable(name)} to hold something`)
  return text
}

function readText(path: string, variable: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`expects ${variable} to name a file that can be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** How people sign in; what belongs to a way that was not chosen is read and left. */
function signInFrom(
  { setting, refuse }: Pick<ReturnType<typeof readingFrom>, 'setting' | 'refuse'>,
  environment: Environment,
  refused: readonly ServerRisk[],
): SignInSettings {
  const named = setting<(typeof WAYS)[number] | undefined>({ name: 'CDS_SIGN_IN', read: oneOf(WAYS), fallback: () => undefined })
  const sessionKey = setting({ name: 'CDS_SESSION_KEY', read: secret, fallback: () => undefined, isSecret: true })
  const issuer = setting({ name: 'CDS_OIDC_ISSUER', read: issuerUrl(refused), fallback: () => undefined })
  const oidc = {
    clientId: setting({ name: 'CDS_OIDC_CLIENT_ID', read: text => text, fallback: () => undefined }),
    clientSecret: setting({ name: 'CDS_OIDC_CLIENT_SECRET', read: text => text, fallback: () => undefined, isSecret: true }),
    scope: setting({ name: 'CDS_OIDC_SCOPE', read: openidScope, fallback: () => 'openid profile' }),
    groups: setting({ name: 'CDS_OIDC_GROUPS', read: listOf, fallback: () => [] }),
    groupsClaim: setting({ name: 'CDS_OIDC_GROUPS_CLAIM', read: text => text, fallback: () => 'groups' }),
    practicesClaim: setting({ name: 'CDS_OIDC_PRACTICES_CLAIM', read: text => text, fallback: () => undefined }),
    networks: setting({ name: 'CDS_OIDC_NETWORKS', read: networks, fallback: () => undefined }),
  }
  const header = setting({ name: 'CDS_PROXY_USER_HEADER', read: headerName, fallback: () => undefined })
  const practicesHeader = setting({ name: 'CDS_PROXY_PRACTICES_HEADER', read: headerName, fallback: () => undefined })
  if (practicesHeader !== undefined && practicesHeader === header)
    refuse('CDS_PROXY_PRACTICES_HEADER', 'expects another header than CDS_PROXY_USER_HEADER')
  const practices = setting({ name: 'CDS_QUALITY_PRACTICES', read: oneOf(PRACTICES_SHOWN), fallback: () => 'own' as const })
  const tying = named && { oidc: oidc.practicesClaim, proxy: practicesHeader }[named]
  if (practices === 'all' && tying !== undefined)
    refuse('CDS_QUALITY_PRACTICES', 'expects own where the sign-in says whose practices a person may read of')
  const proxies = setting({ name: 'CDS_PROXY_NETWORKS', read: networks, fallback: () => undefined })
  const wanted = (...names: readonly string[]): void => {
    for (const name of names) if (!isGiven(name, environment)) refuse(name, `is wanted where CDS_SIGN_IN is ${named}`)
  }
  if (named === 'oidc') wanted('CDS_SESSION_KEY', 'CDS_OIDC_ISSUER', 'CDS_OIDC_CLIENT_ID')
  if (named === 'proxy') wanted('CDS_PROXY_USER_HEADER', 'CDS_PROXY_NETWORKS')
  const ways = {
    oidc: { oidc: { ...oidc, issuer: issuer ?? '', clientId: oidc.clientId ?? '' } },
    proxy: { proxy: { header: header ?? '', practicesHeader, networks: proxies ?? [] } },
  }
  return {
    way: named && ways[named],
    sessionKey,
    services: setting({ name: 'CDS_SIGNED_IN_SERVICES', read: listOf, fallback: () => undefined }),
    isEveryPracticeShown: practices === 'all',
    perMinute: setting({ name: 'CDS_SIGNED_IN_RATE', read: wholeNumber(1, 100_000), fallback: () => 240 }),
  }
}

const issuerUrl =
  (refused: readonly ServerRisk[]) =>
  (text: string): string => {
    const url = httpUrl(text)
    if (url === undefined || url.username !== '' || url.search !== '' || url.hash !== '')
      throw new Error('expects the https URL of an issuer, without a user, a query or an anchor')
    if (isPlainToAnother(url) && refused.includes('http'))
      throw new Error(`is refused in production as plain http to another machine. Use https, or ${takeRisk('http')}`)
    // As the issuer writes itself: a slash at its end makes it another.
    return text.trim()
  }

function openidScope(text: string): string {
  if (!text.split(' ').includes('openid')) throw new Error('expects scopes separated by spaces, openid among them')
  return text
}

function networks(text: string): string[] {
  const named = listOf(text)
  if (named.length === 0 || !named.every(isNetwork)) throw new Error(`${NO_NETWORK}, separated by commas`)
  return named
}

function headerName(text: string): string {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(text) || ['authorization', 'cookie', 'host', 'origin'].includes(text.toLowerCase()))
    throw new Error('expects the name of a header of its own, such as X-Forwarded-User')
  return text.toLowerCase()
}

function origins(text: string): string[] {
  const named = listOf(text)
  if (!named.every(each => httpUrl(each)?.origin === each))
    throw new Error('expects origins such as https://ehr.example.org, separated by commas')
  return named
}

const embeddedServer = (port: number) => [`http://localhost:${port || '*'}/fhir`, `http://127.0.0.1:${port || '*'}/fhir`]

function onOrOff(text: string): boolean {
  if (['on', 'true', '1', 'yes'].includes(text.toLowerCase())) return true
  if (['off', 'false', '0', 'no'].includes(text.toLowerCase())) return false
  throw new Error('expects on or off')
}

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most) throw new Error(`expects a whole number from ${least} to ${most}`)
    return value
  }

/** @param others ports that listen already; 0 is any that is free. */
const portBeside =
  (others: readonly number[]) =>
  (text: string): number => {
    const port = wholeNumber(0, 65535)(text)
    if (port !== 0 && others.includes(port)) throw new Error('expects a port of its own, for operators alone')
    return port
  }

/** Outside production what is kept outlives the process unasked; production says where. */
const usualStore = (environment: Environment): 'memory' | StorePlace =>
  isProduction(environment) ? 'memory' : { file: './data/columna.db' }

function keptIn(store: 'memory' | StorePlace, siteKey: string | undefined): KeptIn {
  if (store === 'memory') return store
  return siteKey === undefined && 'file' in store ? { place: store } : { place: store, siteKey: siteKey ?? '' }
}

function storePlace(text: string): 'memory' | StorePlace {
  if (text === 'memory') return text
  const [, file] = /^file:(.+)$/.exec(text) ?? []
  if (file !== undefined && !file.startsWith('//')) return { file }
  if (/^postgres(ql)?:\/\/./.test(text)) return { postgres: text }
  throw new Error('expects memory, file: and a path such as file:./data/columna.db, or the postgres:// address of a database')
}

const strictness =
  (store: 'memory' | StorePlace) =>
  (text: string): boolean => {
    const isOn = onOrOff(text)
    if (isOn && store === 'memory') throw new Error('expects a store beside it (CDS_STORE): memory knows only what this process has seen')
    return isOn
  }

const SECRET = `expects a secret of ${SHORTEST_SECRET} characters or more, the same for all replicas,`

function secret(text: string): string {
  if (text.length < SHORTEST_SECRET) throw new Error(`${SECRET} such as openssl rand -base64 32 makes`)
  return text
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')

const fhirServers =
  (refused: readonly ServerRisk[]) =>
  (text: string): ServerEntry[] => {
    const servers = text.startsWith('[') ? serversInJson(text) : listOf(text)
    const fault = faultOfServers(servers, refused)
    if (fault !== undefined) throw new Error(fault)
    return servers
  }

function serversInJson(text: string): ServerEntry[] {
  const servers = maybeJson(text)
  if (!isServerList(servers)) throw new Error('expects a list as fhirServers of trust.json where it is JSON')
  return servers
}

function maybeJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const fileOrOff = (text: string): string => (text.toLowerCase() === TRUST_OFF ? TRUST_OFF : text)

function collector(text: string): string {
  const url = baseUrl(text)
  if (url === undefined || url.includes('@')) throw new Error('expects an http or https URL without a user, a query or an anchor')
  return url
}

const publicUrl =
  (production: boolean) =>
  (text: string): string => {
    const url = baseUrl(text)
    // Parentheses would end the Markdown link in which it stands.
    if (url === undefined || /[@()]/.test(url))
      throw new Error('expects an http or https URL without a user, a query, an anchor or parentheses')
    if (production && !url.startsWith('https:')) throw new Error('expects https in production: readers follow it from their EHR')
    return url
  }

const demonstration =
  (isRefused: (risk: Risk) => boolean) =>
  (text: string): boolean => {
    const isOn = onOrOff(text)
    if (isOn && isRefused('demo'))
      throw new Error(
        `is refused in production, since anybody may write to the demonstration's FHIR server. Leave it off, or ${takeRisk('demo')}`,
      )
    return isOn
  }

const takeRisk = (risk: Risk): string => `accept the risk with CDS_INSECURE=${risk}`

function risks(text: string): Risk[] {
  const known = Object.values(RISKS)
  return listOf(text.toLowerCase()).map(name => {
    const risk = known.find(each => each === name)
    if (!risk) throw new Error(`expects a list of ${known.join(', ')}, separated by commas`)
    return risk
  })
}

const frozenInstant =
  (production: boolean) =>
  (text: string): Date => {
    if (production) throw new Error('is refused in production, where the clock must run')
    // Without an offset it counts as UTC, so that the clock is the same on every machine.
    const instant = new Date(/(Z|[+-]\d{2}:\d{2})$/i.test(text) ? text : `${text}Z`)
    if (!/^\d{4}-\d{2}-\d{2}T/.test(text) || Number.isNaN(instant.getTime())) {
      throw new Error('expects an ISO date-time such as 2026-03-30T12:00:00+02:00')
    }
    return instant
  }

function timeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    throw new Error('expects an IANA time zone such as Europe/Copenhagen')
  }
}

/** The variable of a setting that knowledge declares: `showRetired` is CDS_SHOW_RETIRED. */
export const variableOf = (name: string): string => `CDS_${name.replaceAll(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`

/** One of some texts, whose case makes no difference. */
const oneOf =
  <Value extends string>(values: readonly Value[]) =>
  (text: string): Value => {
    const value = values.find(each => each === text.toLowerCase())
    if (value === undefined) throw new Error(`expects one of ${values.join(', ')}`)
    return value
  }

function logLevel(text: string): string {
  if (!['fatal', 'error', 'warn', 'info', 'debug', 'silent'].includes(text)) {
    throw new Error('expects fatal, error, warn, info, debug or silent')
  }
  return text
}
