/** The form in which authors write the knowledge, and FHIR of it: YAML by topic, one file a topic. */
export { importResources, jsonText, placeLine, readSource, renderSource, SOURCE_FOLDER } from './knowledge-source.js'
export type { Imported, Placed, Rendered, RenderedResource, SourceProfile, TextFile } from './knowledge-source.js'
export { SECTIONS } from './sections.js'
export { SHARED } from './shared.js'
export type { Place, SourceFault, SourceFile } from './source-file.js'
export { put, textOfDocument, toYaml } from './layout.js'
export { isSameJson } from './json-equal.js'
