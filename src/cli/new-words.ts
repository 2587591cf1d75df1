import type { SourceProfile, Written } from '../knowledge-source/index.js'

/** Words that stand where an author will write their own, in the languages that we have; another language reads English until it is translated. */
interface Words {
  en: string
  da: string
}

/** Words in one language. */
export const wordIn = (words: Words, language: string): string => (language === 'da' ? words.da : words.en)

/** Words in each language, by language. */
export const byLanguage = (words: Words, languages: readonly string[]): [string, string][] =>
  languages.map(language => [language, wordIn(words, language)])

/** Words as a text of the source: alone where there is one language. */
export function textIn(words: Words, languages: SourceProfile['languages']): Written {
  const [usual, ...others] = languages
  return others.length === 0 ? wordIn(words, usual) : new Map(byLanguage(words, languages))
}

/** A condition of the source, described in each language. */
export const conditionIn = (words: Words, languages: SourceProfile['languages'], is: string): Written =>
  languages.length === 1 ? new Map([[wordIn(words, languages[0]), is]]) : new Map([...byLanguage(words, languages), ['is', is]])

/** An id in words: `offer-training` is offer training. */
const spoken = (id: string): string => id.replaceAll('-', ' ')

const named = (id: string, en: string, da: string): Words => ({ en: `${spoken(id)}: ${en}`, da: `${spoken(id)}: ${da}` })

/** Words that a check tells of until an author has written their own. */
const toWrite = ({ en, da }: Words): Words => ({ en: `TODO ${en}`, da: `TODO ${da}` })

export const WORDS = {
  point: (id: string) => toWrite(named(id, 'what the guideline recommends', 'hvad vejledningen anbefaler')),
  title: (id: string) => toWrite(named(id, 'what is recommended', 'hvad der anbefales')),
  plan: (id: string) => named(id, 'recommendations', 'anbefalinger'),
  about: (id: string) => toWrite(named(id, 'to whom what is recommended.', 'hvem der anbefales hvad.')),
  facts: (id: string) => named(id, 'facts', 'fakta'),
  aboutFacts: (id: string) => named(id, 'what its condition rests on.', 'hvad betingelsen hviler på.'),
  form: (id: string) => named(id, 'form', 'skema'),
  aboutForm: (id: string) => named(id, 'what is asked. No answer is required.', 'hvad der spørges om. Intet svar er påkrævet.'),
  question: toWrite({ en: 'what is asked?', da: 'hvad spørges der om?' }),
  says: toWrite({ en: 'why, in one sentence.', da: 'hvorfor, i én sætning.' }),
  condition: toWrite({ en: 'for whom; as it stands: who is 100 or older.', da: 'for hvem; som det står: den, der er fyldt 100 år.' }),
} as const
