import type { Measure } from 'fhir/r4.js'
import type { CompiledAction } from '../engine/knowledge/compiled.js'
import { urlOf } from '../engine/model/canonical.js'
import { ofType, type KnowledgeFile } from '../engine/model/knowledge-file.js'
import { localized } from '../engine/model/localized.js'
import type { CdsService } from '../knowledge-files/services.js'
import type { Catalogue } from './catalogue.js'
import type { PageContext } from './page-context.js'
import { recommendationPath } from './page-urls.js'
import type { QualityNames } from './quality-page.js'
import { nameOf } from './texts.js'

/** Names that the knowledge has for what a practice report counts. */
export function qualityNames(
  catalogue: Catalogue,
  services: readonly CdsService[],
  files: readonly KnowledgeFile[],
  context: PageContext,
): QualityNames {
  const { say, language } = context
  const serviceTitles = new Map(services.map(({ id, title, translation }) => [id, translation?.[language]?.title ?? title]))
  const reasons = new Map(
    catalogue.plans
      .flatMap(({ actions }) => within(actions))
      .flatMap(({ overrideReasons }) => overrideReasons.map(each => [each.code, each.display])),
  )
  const measures = new Map(ofType<Measure>(files, 'Measure').map(({ resource }) => [resource.url, resource]))
  return {
    pointNamed: point => {
      const [place] = catalogue.speakingFor(point)
      return place && { title: nameOf(place, context), path: recommendationPath(place.applied.resource.id ?? '', place.action.id, point) }
    },
    reasonNamed: code => say(reasons.get(code)),
    serviceNamed: id => serviceTitles.get(id),
    measureNamed: canonical => {
      const measure = measures.get(urlOf(canonical))
      return measure && say(localized(measure.title, measure._title, measure.language ?? context.languages[0]))
    },
  }
}

const within = (actions: readonly CompiledAction[]): CompiledAction[] => actions.flatMap(action => [action, ...within(action.actions)])
