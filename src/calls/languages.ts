/** The one of the languages that a language tag such as `en` or `en-GB` asks for; undefined for any other. */
export const languageOfTag = (tag: unknown, languages: readonly string[]): string | undefined =>
  typeof tag === 'string' ? languages.find(language => language === tag.toLowerCase().split('-')[0]) : undefined
