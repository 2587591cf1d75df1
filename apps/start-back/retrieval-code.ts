import { openText, sealText } from '../shared/sealed-answers.js'

/** Whose link it is: an id says who that is beside its server alone. */
export interface LinkPatient {
  server: string
  id: string
}

/** What fetches the answers of a link, wherever it is. */
export interface Retrieval {
  id: string
  /** By which the answers are opened; it is in no other place but the link itself and this code. */
  key: string
  collector: string
  /** ISO instant. */
  made: string
  patient: LinkPatient
}

/** A code as it stands in a note: it begins and ends so that words and breaks of lines around it do no harm. */
const WRITTEN = /start-back\.(?<id>[\w-]{22})\.(?<collector>[\w-]{22})\.(?<key>[\w-]{43})\.(?<sealed>[\w-]{40,})\./

/**
 * Writes the code by which the answers of a link are fetched in another tab: whoever has it, and is let in, has the answers. Whose link it is stands
 * in it sealed. @throws Error where the browser gives no cryptography.
 */
export async function writeCode({ id, key, collector, made, patient }: Retrieval): Promise<string> {
  const sealed = await sealText(JSON.stringify({ made, patient }), key, about(id, collector))
  return `start-back.${id}.${collector}.${key}.${sealed}.`
}

/** The code in a text; undefined where there is none, or not the whole of one. */
export async function readCode(text: string): Promise<Retrieval | undefined> {
  const { id = '', collector = '', key = '', sealed } = WRITTEN.exec(text.replaceAll(/\s/g, ''))?.groups ?? {}
  if (sealed === undefined) return undefined
  const opened = await openText(sealed, key, about(id, collector)).catch(() => undefined)
  if (opened === undefined) return undefined
  return { id, key, collector, ...(JSON.parse(opened) as Pick<Retrieval, 'made' | 'patient'>) }
}

export const isSamePatient = (one: LinkPatient, other: LinkPatient | undefined): boolean =>
  one.server === other?.server && one.id === other.id

/** Answers and codes are sealed with one key, and neither passes for the other. */
const about = (id: string, collector: string): string => `code ${id} ${collector}`
