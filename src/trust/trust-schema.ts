import { ALGORITHMS } from './registered-client.js'

const TEXT = { type: 'string', minLength: 1, maxLength: 2_048 }
const TEXTS = { type: 'array', items: TEXT, uniqueItems: true }
const NETWORKS = { ...TEXTS, minItems: 1 }

/** A FHIR server: its base URL, or that with what else holds of it. */
const SERVER = {
  ...TEXT,
  type: ['string', 'object'],
  required: ['url'],
  additionalProperties: false,
  properties: { url: TEXT, networks: NETWORKS, tokenRequired: { type: 'boolean' }, smartClientId: TEXT, smartOrigins: TEXTS },
}

const CALLS = { type: 'integer', minimum: 1, maximum: 1_000_000 }
const RATE = { type: 'object', required: ['perMinute'], additionalProperties: false, properties: { perMinute: CALLS, burst: CALLS } }

/** A SMART app: what its link is called, and where it is launched. */
const APP = {
  type: 'object',
  required: ['label', 'url'],
  additionalProperties: false,
  properties: { label: { type: 'string', minLength: 1, maxLength: 80 }, url: TEXT, services: { ...TEXTS, minItems: 1 } },
}

/** What trust.json may hold, as a JSON schema. */
export const TRUST_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['clients'],
  properties: {
    $schema: { type: 'string' },
    clients: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'iss'],
        properties: {
          name: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' },
          iss: TEXT,
          sub: TEXT,
          tenant: TEXT,
          jwks: {
            type: 'object',
            required: ['keys'],
            properties: {
              keys: { type: 'array', minItems: 1, items: { type: 'object', required: ['kty', 'kid'], properties: { kid: TEXT } } },
            },
          },
          jwksUrl: TEXT,
          jwksNetworks: NETWORKS,
          alg: { type: 'array', minItems: 1, uniqueItems: true, items: { enum: ALGORITHMS } },
          aud: TEXTS,
          fhirServers: { ...TEXTS, items: SERVER },
          origins: TEXTS,
          services: { ...TEXTS, minItems: 1 },
          language: { type: 'string', pattern: '^[a-z]{2,3}$' },
          rate: RATE,
          smartLinks: { type: 'array', maxItems: 2, items: APP },
          shadow: { anyOf: [{ type: 'boolean' }, { ...TEXTS, minItems: 1 }] },
        },
      },
    },
  },
}
