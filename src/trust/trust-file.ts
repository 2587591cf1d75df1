import { readFileSync } from 'node:fs'
import { Ajv, type ErrorObject } from 'ajv'
import { importJWK, type JWK } from 'jose'
import { CdsError } from '../errors.js'
import { httpUrl } from './base-url.js'
import { ADDRESS_REFUSED, faultOfServers, inOneSpelling, isPlainToAnother, NO_NETWORK, type ServerRisk } from './listed-servers.js'
import { isAddressRefused, isNetwork } from './networks.js'
import { ALGORITHMS, isKeyFor, USUAL_ALGORITHMS, type RegisteredClient } from './registered-client.js'
import { TRUST_SCHEMA } from './trust-schema.js'

export interface TrustFileOptions {
  /** Risks that the deployment does not take. */
  refused?: readonly ServerRisk[]
  /** Languages of the knowledge; any will do where nobody says. */
  languages?: readonly string[]
}

/**
 * Reads and checks the clients that a file registers.
 * @throws CdsError CDS_SETTING_INVALID naming every fault and its place; nothing of a key is told.
 */
export async function readTrustFile(path: string, options: TrustFileOptions = {}): Promise<readonly RegisteredClient[]> {
  const faults: string[] = []
  const written = parsed(path, faults)
  const clients = faults.length === 0 ? shaped(written, faults) : []
  faults.push(...(await Promise.all(clients.map((client, at) => faultsOf(client, `clients[${at}]`, options)))).flat(), ...twice(clients))
  if (faults.length > 0) throw new CdsError('CDS_SETTING_INVALID', `The file of clients (CDS_TRUST) ${path} is wrong.`, faults)
  return clients.map(client => ({ ...client, fhirServers: client.fhirServers?.map(inOneSpelling) }) as RegisteredClient)
}

function parsed(path: string, faults: string[]): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as unknown
  } catch (error) {
    // The message of a parser quotes the text, in which keys may stand.
    faults.push(error instanceof SyntaxError ? 'It is not JSON.' : 'It cannot be read.')
    return undefined
  }
}

function shaped(written: unknown, faults: string[]): RegisteredClient[] {
  // To check the schema itself, which a test does, takes longer than all else.
  const compiler = new Ajv({ allErrors: true, allowUnionTypes: true, meta: false, validateSchema: false, code: { optimize: false } })
  const validate = compiler.compile<{ clients: Partial<RegisteredClient>[] }>(TRUST_SCHEMA)
  if (!validate(written)) {
    faults.push(...(validate.errors ?? []).filter(({ schemaPath }) => !schemaPath.includes('/anyOf/')).map(faultOfShape))
    return []
  }
  return written.clients.map(client => ({ alg: USUAL_ALGORITHMS, aud: [], origins: [], ...client }) as RegisteredClient)
}

function faultOfShape({ instancePath, keyword, params, message }: ErrorObject): string {
  const at =
    instancePath
      .slice(1)
      .replaceAll(/\/(\d+)/g, '[$1]')
      .replaceAll('/', '.') || 'the file'
  if (keyword === 'additionalProperties') return `${at}: there is no member ${String(params['additionalProperty'])}.`
  if (keyword === 'enum') return `${at}: expects one of ${ALGORITHMS.join(', ')}.`
  if (keyword === 'anyOf') return `${at}: expects another kind of value (docs/integrating.md).`
  return `${at}: ${message ?? keyword}.`
}

async function faultsOf(client: RegisteredClient, at: string, { refused = [], languages }: TrustFileOptions): Promise<string[]> {
  const { jwks, jwksUrl, jwksNetworks: networks, fhirServers, origins, language, services, shadow, smartLinks = [] } = client
  const faults: string[] = []
  const fault = (element: string, message: string) => faults.push(`${at}.${element}: ${message}.`)
  if ((jwks === undefined) === (jwksUrl === undefined)) faults.push(`${at}: give its public keys as jwks, or their address as jwksUrl.`)
  if (networks?.every(isNetwork) === false) fault('jwksNetworks', NO_NETWORK)
  else if (jwksUrl !== undefined) {
    const wrong = faultOfKeysAt(jwksUrl, networks, refused)
    if (wrong !== undefined) fault('jwksUrl', wrong)
  }
  const wrongServers = faultOfServers(fhirServers ?? [], refused)
  if (wrongServers !== undefined) fault('fhirServers', wrongServers)
  if (!origins.every(isOrigin)) fault('origins', 'expects origins such as https://ehr.example.org, without a path')
  if (typeof shadow === 'object' && services && !shadow.every(id => services.includes(id))) fault('shadow', NOT_ITS_SERVICE)
  for (const [place, { url, services: own = [] }] of smartLinks.entries()) {
    const wrong = faultOfLink(url, refused)
    if (wrong !== undefined) fault(`smartLinks[${place}].url`, wrong)
    if (services && !own.every(id => services.includes(id))) fault(`smartLinks[${place}].services`, NOT_ITS_SERVICE)
  }
  if (language !== undefined && languages?.includes(language) === false) fault('language', `expects one of ${languages.join(', ')}`)
  return [...faults, ...(await faultsOfKeys(client, at))]
}

const NOT_ITS_SERVICE = 'names a service that is not among its services'

/** What is wrong with a URL that keys are fetched from, or a browser is sent to. */
function faultOfLink(text: string, refused: readonly ServerRisk[]): string | undefined {
  const url = httpUrl(text)
  if (url === undefined || url.username !== '' || url.password !== '') return 'expects an http or https URL'
  if (refused.includes('http') && isPlainToAnother(url))
    return 'is refused in production as plain http to another machine. Use https, or accept the risk with CDS_INSECURE=http'
  return undefined
}

function faultOfKeysAt(jwksUrl: string, networks: readonly string[] | undefined, refused: readonly ServerRisk[]): string | undefined {
  const hostname = httpUrl(jwksUrl)?.hostname ?? ''
  return faultOfLink(jwksUrl, refused) ?? (isAddressRefused({ hostname, networks }) ? ADDRESS_REFUSED : undefined)
}

const isOrigin = (text: string): boolean => httpUrl(text)?.origin === text

/** Of each key: it is public, of a kind that an agreed algorithm uses, sound, and the only one of its id. */
async function faultsOfKeys({ jwks, alg }: RegisteredClient, at: string): Promise<string[]> {
  const keys = jwks?.keys ?? []
  const isTwice = ({ kid }: JWK, at: number) => keys.findIndex(other => other.kid === kid) < at
  const wrong = await Promise.all(keys.map(async (key, at) => (isTwice(key, at) ? 'its kid is used twice' : faultOfKey(key, alg))))
  return wrong.flatMap((why, index) => (why === undefined ? [] : `${at}.jwks.keys[${index}]: ${why}.`))
}

async function faultOfKey(key: JWK, algorithms: readonly string[]): Promise<string | undefined> {
  if (key.d !== undefined || key.k !== undefined)
    return 'is a private or symmetric key. Give the public key alone, and replace the one that was given away'
  const algorithm = algorithms.find(each => (key.alg === undefined || key.alg === each) && isKeyFor(each, key))
  if (algorithm === undefined) return `is of no kind that ${algorithms.join(' or ')} uses`
  if (key.kty === 'RSA' && Buffer.from(key.n ?? '', 'base64url').length < 256) return 'an RSA key has 2048 bits at least'
  try {
    await importJWK(key, algorithm)
    return undefined
  } catch {
    return 'cannot be used as a key'
  }
}

/** Clients that a token could not tell apart. */
function twice(clients: readonly RegisteredClient[]): string[] {
  return clients.flatMap((client, at) => {
    const before = clients.slice(0, at)
    return [
      ...(before.some(({ name }) => name === client.name) ? [`clients[${at}].name: is used twice.`] : []),
      ...(before.some(other => areMixedUp(other, client))
        ? [`clients[${at}].iss: another client has it too. Give each of them its own sub.`]
        : []),
    ]
  })
}

const areMixedUp = (one: RegisteredClient, other: RegisteredClient): boolean =>
  one.iss === other.iss && (one.sub === undefined || other.sub === undefined || one.sub === other.sub)
