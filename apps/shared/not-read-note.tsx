import type { CdsResponse } from '../../src/cds-hooks/types.js'
import { memberOf } from './extension.js'
import { wordsOf, type InLanguages } from './language.js'

/** Says which parts of the record were not read, where an answer says that some were not. */
export function NotReadNote({ response }: { response: CdsResponse }) {
  const { listed, notRead } = wordsOf(notReadWords)
  const labels = [...new Set((memberOf<{ label: string }[]>(response.extension, 'not-read') ?? []).map(({ label }) => label))]
  return labels.length === 0 ? null : (
    <p class="not-read" role="status">
      {notRead(listed.format(labels))}
    </p>
  )
}

interface NotReadWords {
  /** Makes a list as a sentence says it. */
  listed: Intl.ListFormat
  notRead: (parts: string) => string
}

const notReadWords: InLanguages<NotReadWords> = {
  da: {
    listed: new Intl.ListFormat('da'),
    notRead: parts => `Ikke læst i journalen, eller kun delvist: ${parts}. Rådene kan derfor mangle noget.`,
  },
  en: {
    listed: new Intl.ListFormat('en'),
    notRead: parts => `Not read from the record, or only in part: ${parts}. Advice may be missing.`,
  },
}
