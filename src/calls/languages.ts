/** Languages that cards are written in; the first is the one of the guidelines. */
export const LANGUAGES = ['da', 'en']

/** One of our languages for a language tag such as `en` or `en-GB`; undefined for any other. */
export const languageOfTag = (tag: unknown): string | undefined =>
  typeof tag === 'string' ? LANGUAGES.find(language => language === tag.toLowerCase().split('-')[0]) : undefined
