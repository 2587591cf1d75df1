import type { Library, RelatedArtifact } from 'fhir/r4.js'
import type { CompiledSource } from './compiled.js'
import { extensionOf } from '../model/extensions.js'
import { localized } from '../model/localized.js'
import type { KnowledgeNames } from '../model/names.js'
import type { KnowledgeProfile } from './profile.js'

/**
 * The document and section that an action's documentation points at: `<canonical of a source>#<anchor>`.
 * Undefined when the source or its section is not known.
 */
export function compileSource(
  artifact: RelatedArtifact,
  find: (canonical: string) => Library | undefined,
  { names, languages }: KnowledgeProfile,
): CompiledSource | undefined {
  const [canonical = '', anchor] = (artifact.resource ?? '').split('#', 2)
  const source = find(canonical)
  if (!source) return undefined
  const language = source.language ?? languages[0]
  const section = sectionOf(source, anchor, names)
  if (anchor !== undefined && !section) return undefined
  const standing = extensionOf(source, names.extension.standing)
  const short = extensionOf(source, names.extension.shortCitation)
  return {
    document: localized(source.title, source._title, language),
    section: localized(section?.display, section?._display, language),
    year: source.date?.slice(0, 4) ?? '',
    standing: localized(standing?.valueString, standing?._valueString, language),
    isInForce: source.status !== 'retired',
    short: localized(short?.valueString, short?._valueString, language),
    publisher: source.publisher ?? '',
    url: source.relatedArtifact?.find(({ type, url }) => type === 'documentation' && url !== undefined)?.url,
  }
}

function sectionOf(source: Library, anchor: string | undefined, { extension }: KnowledgeNames): RelatedArtifact | undefined {
  return source.relatedArtifact?.find(artifact => extensionOf(artifact, extension.anchor)?.valueString === anchor)
}
