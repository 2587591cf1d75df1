/** Words of a program in the languages that it speaks. */
export type InLanguages<Words> = Readonly<{ da: Words; en: Words }>

/** Language of the page, which the service decided from its address. */
export const pageLanguage = (): 'da' | 'en' => (document.documentElement.lang === 'en' ? 'en' : 'da')

/** The words in the language of the page. */
export const wordsOf = <Words>(words: InLanguages<Words>): Words => words[pageLanguage()]
