import type { ActivityDefinition, Library } from 'fhir/r4.js'
import { localized, type LocalizedText } from '../model/localized.js'
import type { KnowledgeNames } from '../model/names.js'

/** Whether a library is a text for patients and not logic. */
export const isLeaflet = ({ type }: Library, { libraryKinds }: Pick<KnowledgeNames, 'libraryKinds'>): boolean =>
  type?.coding?.some(({ system, code }) => system === libraryKinds && code === 'leaflet') ?? false

/** Canonicals of what a definition is documented by; a leaflet among them is what it hands out. */
export const documentsOf = ({ relatedArtifact = [] }: ActivityDefinition): string[] =>
  relatedArtifact.flatMap(({ type, resource }) => (type === 'documentation' && resource !== undefined ? [resource] : []))

/** The text of a leaflet as Markdown, by language. @param written language of a text that names none. */
export const leafletText = ({ description, _description, language }: Library, written: string): LocalizedText =>
  localized(description, _description, language ?? written)

/** The paragraphs of a Markdown text as a message carries them: plain, without the marks of headings. */
export const paragraphsOf = (markdown: string): string[] =>
  markdown
    .split(/\n{2,}/)
    .map(block => block.replaceAll(/^#+ /gm, '').trim())
    .filter(block => block !== '')
