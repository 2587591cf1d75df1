import type { Library, RelatedArtifact } from 'fhir/r4.js'
import { lookUp } from '../model/canonical.js'
import type { CompiledSource } from './compiled.js'
import { EXTENSION, extensionOf } from '../model/extensions.js'
import { localized } from '../model/localized.js'

/**
 * The document and section that an action's documentation points at: `<canonical of a source>#<anchor>`.
 * Undefined when the source or its section is not known.
 */
export function compileSource(artifact: RelatedArtifact, sources: ReadonlyMap<string, Library>): CompiledSource | undefined {
  const [canonical = '', anchor] = (artifact.resource ?? '').split('#', 2)
  const source = lookUp(sources, canonical)
  if (!source) return undefined
  const language = source.language ?? 'da'
  const section = sectionOf(source, anchor)
  if (anchor !== undefined && !section) return undefined
  const standing = extensionOf(source, EXTENSION.standing)
  return {
    document: localized(source.title, source._title, language),
    section: localized(section?.display, section?._display, language),
    year: source.date?.slice(0, 4) ?? '',
    standing: localized(standing?.valueString, standing?._valueString, language),
    publisher: source.publisher ?? '',
    url: source.relatedArtifact?.find(({ type, url }) => type === 'documentation' && url !== undefined)?.url,
  }
}

function sectionOf(source: Library, anchor: string | undefined): RelatedArtifact | undefined {
  return source.relatedArtifact?.find(artifact => extensionOf(artifact, EXTENSION.anchor)?.valueString === anchor)
}
