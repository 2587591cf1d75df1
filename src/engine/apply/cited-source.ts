import type { RelatedArtifact } from 'fhir/r4.js'
import type { CompiledSource } from '../knowledge/compiled.js'
import { defined } from '../../plain-values/defined.js'
import { extensionOf } from '../model/extensions.js'
import { inLanguage } from '../model/localized.js'
import { madeOnce } from '../model/memoised.js'
import type { KnowledgeNames } from '../model/names.js'

/** A source as a reader sees it, in one language. */
export interface CitedSource {
  /** The document's short name. */
  document?: string
  /** Publisher and year. */
  issue?: string
  section?: string
  /** The whole of it in one line: document, section, year and standing. */
  citation?: string
  /** The document in a few words, with its standing where it is no longer in force. */
  short?: string
  url?: string
}

/** The source that an action's documentation tells; actions of all patients share their documentation. */
export const citedSourceIn = madeOnce((artifact: RelatedArtifact, { extension }: Pick<KnowledgeNames, 'extension'>): CitedSource => {
  const { display, label, document, citation, url } = artifact
  return defined({
    document: display,
    issue: label,
    section: document?.title,
    citation,
    short: extensionOf(artifact, extension.shortCitation)?.valueString ?? (listed([display, label], ', ') || citation),
    url,
  })
})

/** Documentation as a RequestGroup carries it: what the knowledge cites, told to a reader; as it stands where it names no source of ours. */
export function citing(
  artifact: RelatedArtifact,
  compiled: CompiledSource | undefined,
  language: string,
  names: Pick<KnowledgeNames, 'extension'>,
): RelatedArtifact {
  if (!compiled) return artifact
  const { document, issue, section, citation, short, url } = citedSource(compiled, language)
  return {
    ...(short && { extension: [{ url: names.extension.shortCitation, valueString: short }] }),
    type: artifact.type,
    ...defined({
      label: issue || undefined,
      display: document || undefined,
      document: section === undefined ? undefined : { title: section },
      citation: citation || undefined,
      url,
      resource: artifact.resource,
    }),
  }
}

function citedSource(source: CompiledSource, language: string): CitedSource {
  const [document, section, standing] = [source.document, source.section, source.standing].map(text => inLanguage(text, language))
  const dated = listed([source.year, standing], ', ')
  const issue = listed([source.publisher, source.year], ' ')
  return defined({
    document,
    issue,
    section,
    citation: listed([listed([document, section], ', '), dated && `(${dated})`], ' '),
    short: listed(
      [inLanguage(source.short, language) ?? listed([document, issue], ', '), source.isInForce ? '' : inCapitals(standing, language)],
      ', ',
    ),
    url: source.url,
  })
}

const listed = (parts: readonly (string | undefined)[], separator: string): string => parts.filter(part => part).join(separator)

/** That a document no longer holds is not to be overlooked. */
const inCapitals = (standing: string | undefined, language: string): string => (standing ?? '').toLocaleUpperCase(language)
