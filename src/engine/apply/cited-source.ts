import type { RelatedArtifact } from 'fhir/r4.js'
import type { CompiledSource } from '../knowledge/compiled.js'
import { defined } from '../../plain-values/defined.js'
import { inLanguage } from '../model/localized.js'

/** A source as a reader sees it, in one language. */
export interface CitedSource {
  /** The document's short name. */
  document?: string
  /** Publisher and year. */
  issue?: string
  section?: string
  /** The whole of it in one line: document, section, year and standing. */
  citation?: string
  url?: string
}

/** The source that an action's documentation tells. */
export const citedSourceIn = ({ display, label, document, citation, url }: RelatedArtifact): CitedSource =>
  defined({ document: display, issue: label, section: document?.title, citation, url })

/** Documentation as a RequestGroup carries it: what the knowledge cites, told to a reader; as it stands where it names no source of ours. */
export function citing(artifact: RelatedArtifact, compiled: CompiledSource | undefined, language: string): RelatedArtifact {
  if (!compiled) return artifact
  const { document, issue, section, citation, url } = citedSource(compiled, language)
  return {
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
  return defined({
    document,
    issue: listed([source.publisher, source.year], ' '),
    section,
    citation: listed([listed([document, section], ', '), dated && `(${dated})`], ' '),
    url: source.url,
  })
}

const listed = (parts: readonly (string | undefined)[], separator: string): string => parts.filter(part => part).join(separator)
