// How hard the leaflets for patients are to read, in each language: LIX, words a sentence plus the percentage of words of
// more than six letters. Below 35 is easy.
import { fileURLToPath } from 'node:url'
import type { Library } from 'fhir/r4.js'
import { isLeaflet, leafletText } from '../src/engine/knowledge/leaflets.js'
import { ofType } from '../src/engine/model/knowledge-file.js'
import { loadKnowledge, type LoadedKnowledge } from '../src/knowledge-files/load-knowledge.js'

/** LIX of a Markdown text; a heading and an item of a list end a sentence, as a reader takes them. */
export function lixOf(markdown: string): number {
  const lines = markdown.split('\n').flatMap(line => line.replace(/^(#+|-) /, '').trim() || [])
  const sentences = lines.flatMap(line => line.split(/[.:!?]+(?:\s|$)/)).filter(sentence => /\p{L}/u.test(sentence))
  const words = sentences.flatMap(sentence => sentence.match(/\p{L}+/gu) ?? [])
  const long = words.filter(word => word.length > 6)
  return words.length / sentences.length + (100 * long.length) / words.length
}

/** LIX of every leaflet in every language, rounded. */
export function lixOfLeaflets({
  knowledge: { files, profile },
}: Pick<LoadedKnowledge, 'knowledge'>): Record<string, Record<string, number>> {
  const leaflets = ofType<Library>(files, 'Library').filter(({ resource }) => isLeaflet(resource, profile.names))
  return Object.fromEntries(
    leaflets.map(({ resource }) => [
      resource.id ?? '',
      Object.fromEntries([...leafletText(resource, profile.languages[0])].map(([language, text]) => [language, Math.round(lixOf(text))])),
    ]),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [id, byLanguage] of Object.entries(lixOfLeaflets(loadKnowledge())))
    process.stdout.write(
      `${id}: ${Object.entries(byLanguage)
        .map(([language, lix]) => `${language} ${lix}`)
        .join(', ')}\n`,
    )
}
