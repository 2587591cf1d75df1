import type { QuestionnaireResponse } from 'fhir/r4.js'
import type { FhirClient } from './fhir.js'

/** Writes forms of one page, each once however often it is tried. */
export interface FormWriter {
  /** Writes a form, or once more what was written of it before. @throws Refused */
  write: (client: FhirClient, form: QuestionnaireResponse) => Promise<QuestionnaireResponse>
  /** Begins anew: what is written from now on are other forms. */
  forget: () => void
}

/** By what is called what no other system has named: a uuid. */
const UUIDS = 'urn:ietf:rfc:3986'

interface Written {
  identifier: NonNullable<QuestionnaireResponse['identifier']>
  id?: string
}

/**
 * A writer that gives each form an identifier before it is sent first, by which a server knows it again: where its reply was
 * lost, or what came after it failed, once more makes no second form.
 */
export function formWriter(): FormWriter {
  const written = new Map<string, Written>()
  return {
    async write(client, form) {
      const { questionnaire = '' } = form
      const own = written.get(questionnaire) ?? { identifier: { system: UUIDS, value: `urn:uuid:${crypto.randomUUID()}` } }
      written.set(questionnaire, own)
      const id = form.id ?? own.id
      const saved = await client.save({ identifier: own.identifier, ...form, ...(id !== undefined && { id }) })
      if (saved.id !== undefined) written.set(questionnaire, { ...own, id: saved.id })
      return saved
    },
    forget: () => written.clear(),
  }
}
