import { hkdfSync } from 'node:crypto'
import { EncryptJWT, jwtDecrypt } from 'jose'

/** Members that are sealed, which say nothing of their own about how long they hold. */
export type Members = Readonly<Record<string, unknown>>

/** What was sealed, and when: seconds since 1970. */
export interface Opened {
  members: Members
  sealedAt: number
}

/** Encrypts what a browser keeps for us, so that it can neither be read nor made by anybody else. */
export interface Seal {
  /** @param until seconds since 1970 after which it opens no more. */
  seal: (members: Members, until: number) => Promise<string>
  /** Undefined where it is none of ours, was changed, is meant for something else, or its time is over. */
  open: (text: string) => Promise<Opened | undefined>
}

export interface SealOptions {
  /** The site's secret, the same at all replicas. */
  secret: string
  /** What it is for: what is sealed for one purpose opens for no other. */
  purpose: string
  /** Address of the service, beside which a sealed text means something. */
  publicUrl: string
  now: () => Date
}

/** Most characters of a sealed text: a browser keeps cookies of 4 kB. */
const LONGEST = 4_096

const [ALGORITHM, ENCRYPTION] = ['dir', 'A256GCM']

/** Members of a JWT that are the seal's own. */
const OWN = new Set(['aud', 'iat', 'exp'])

/** A seal whose key comes of the site's secret and of its purpose. */
export function createSeal({ secret, purpose, publicUrl, now }: SealOptions): Seal {
  const key = new Uint8Array(hkdfSync('sha256', secret, publicUrl, `columna ${purpose}`, 32))
  const seconds = () => Math.floor(now().getTime() / 1_000)
  return {
    seal: (members, until) =>
      new EncryptJWT({ ...members })
        .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION })
        .setAudience(publicUrl)
        .setIssuedAt(seconds())
        .setExpirationTime(Math.floor(until))
        .encrypt(key),
    async open(text) {
      if (text.length > LONGEST) return undefined
      try {
        const { payload } = await jwtDecrypt(text, key, {
          audience: publicUrl,
          currentDate: now(),
          keyManagementAlgorithms: [ALGORITHM],
          contentEncryptionAlgorithms: [ENCRYPTION],
          requiredClaims: ['iat', 'exp'],
        })
        return { members: Object.fromEntries(Object.entries(payload).filter(([name]) => !OWN.has(name))), sealedAt: payload.iat ?? 0 }
      } catch {
        return undefined
      }
    },
  }
}
