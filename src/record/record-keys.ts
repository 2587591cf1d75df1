import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type { CardSaying } from '../cds-hooks/types.js'
import type { PatientOfClient, ReaderOfPatient } from './port.js'

/** By what names a store knows people: nothing of them can be read without the key of the site, and every replica gives the same. */
export interface RecordKeys {
  /** Tells keys apart, and nothing of the key. */
  keyId: string
  /** The same whoever calls, so that a site finds all that is kept of a patient. */
  patient: (whose: PatientOfClient) => string
  /** A user, `Type/id` as the client gives it, the same whoever calls. */
  user: (user: { client: string; user: string }) => string
  reader: (reader: ReaderOfPatient) => string
  /** A card as one reader is shown it. */
  card: (reader: string, saying: CardSaying) => string
  /** What a card says to one reader. */
  says: (card: string, saying: CardSaying) => string
  /** A token of a client. */
  token: (client: string, jti: string) => string
  /** What makes reports the same. */
  report: (identity: string) => string
  /** A text that only the site can read again. */
  seal: (text: string) => string
  /** The text that was sealed; undefined where it was with another key. */
  unseal: (sealed: string) => string | undefined
}

/** @param siteKey the secret that the replicas of a site share. */
export function createRecordKeys(siteKey: string): RecordKeys {
  const named = (kind: string, ...parts: readonly string[]): string =>
    createHmac('sha256', siteKey)
      .update(JSON.stringify([kind, ...parts]))
      .digest('base64url')
  const sealing = createHmac('sha256', siteKey).update('seal').digest()
  return {
    keyId: named('key').slice(0, 8),
    patient: ({ client, patient }) => named('patient', client, patient),
    user: ({ client, user }) => named('user', client, user),
    reader: ({ sender = '', client, patient, user }) => named('reader', sender, client, patient, user),
    card: (reader, { card }) => named('card', reader, card),
    says: (card, { says }) => named('says', card, says),
    token: (client, jti) => named('token', client, jti),
    report: identity => named('report', identity),
    seal: text => sealed(text, sealing),
    unseal: text => unsealed(text, sealing),
  }
}

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

function sealed(text: string, key: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce)
  const bytes = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), bytes]).toString('base64url')
}

function unsealed(text: string, key: Buffer): string | undefined {
  const bytes = Buffer.from(text, 'base64url')
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES))
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
