/** What a patient answered, as it travels sealed. */
export interface PatientAnswers {
  /** `url|version` of the form. */
  questionnaire: string
  /** Instant of the service's clock. */
  authored: string
  /** By linkId; what was skipped is absent. */
  answers: Readonly<Record<string, boolean | string>>
}

const CIPHER = 'AES-GCM'
const KEY_BYTES = 32
const NONCE_BYTES = 12

/** Answers are made equally long, so that their length tells nothing of them. */
const LENGTH = 1_024

/** A random key, as it stands in a link. */
export const newKey = (): string => textOf(crypto.getRandomValues(new Uint8Array(KEY_BYTES)))

/** Seals answers for one link. @throws Error where the browser gives no cryptography, as on a page without https. */
export const seal = (answers: PatientAnswers, key: string, link: string): Promise<string> =>
  sealText(JSON.stringify(answers).padEnd(LENGTH), key, link)

/** Opens what was sealed for a link. @throws Error where key or link are others, or a byte was changed. */
export const open = async (sealed: string, key: string, link: string): Promise<PatientAnswers> =>
  JSON.parse(await openText(sealed, key, link)) as PatientAnswers

/** Seals a text, which opens again only for what it is about. @throws Error as for `seal` */
export async function sealText(text: string, key: string, about: string): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt(cipherOf(nonce, about), await keyOf(key, 'encrypt'), new TextEncoder().encode(text)),
  )
  return textOf(new Uint8Array([...nonce, ...sealed]))
}

/** Opens a text that was sealed. @throws Error where key or what it is about are others, or a byte was changed. */
export async function openText(sealed: string, key: string, about: string): Promise<string> {
  const bytes = bytesOf(sealed)
  const nonce = bytes.slice(0, NONCE_BYTES)
  const text = await crypto.subtle.decrypt(cipherOf(nonce, about), await keyOf(key, 'decrypt'), bytes.slice(NONCE_BYTES))
  return new TextDecoder().decode(text)
}

/** What is sealed opens for what it is about alone, as answers for their link. */
const cipherOf = (iv: Uint8Array<ArrayBuffer>, about: string): AesGcmParams => ({
  name: CIPHER,
  iv,
  additionalData: new TextEncoder().encode(about),
})

const keyOf = (key: string, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytesOf(key), CIPHER, false, [use])

const textOf = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), character => character.codePointAt(0) ?? 0)
