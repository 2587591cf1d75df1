import type { ActivityDefinition, Library, Measure, PlanDefinition, Questionnaire } from 'fhir/r4.js'
import { urlOf } from '../model/canonical.js'
import type { KnowledgeFile } from '../model/knowledge-file.js'

/** Resources that others of the knowledge refer to. */
type Referable = PlanDefinition | ActivityDefinition | Questionnaire | Library | Measure

/** A resource as others refer to it. */
export interface Cited<R extends Referable = Referable> extends KnowledgeFile<R> {
  /** Its url; where it has none its place below the base, or within the resource that contains it. */
  url: string
  /** With its version, where it has one. */
  canonical: string
  /** Url of the resource whose contained ones it names by `#id`. */
  container: string
}

const REFERABLE: readonly string[] = [
  'PlanDefinition',
  'ActivityDefinition',
  'Questionnaire',
  'Library',
  'Measure',
] satisfies Referable['resourceType'][]

const isReferable = (resource: { resourceType: string }): resource is Referable => REFERABLE.includes(resource.resourceType)

const isOfType = <R extends Referable>(cited: Cited, type: R['resourceType']): cited is Cited<R> => cited.resource.resourceType === type

const TYPE_AND_ID = /^[A-Z]\w+\/[\w.-]+$/

/** Finds resources as R4 lets others refer to them: by canonical, with a version or without, as `#contained`, or as `Type/id`. */
export class ResourceIndex {
  private readonly own: readonly Cited[]
  private readonly contained: readonly Cited[]
  private readonly byName = new Map<string, Cited[]>()

  /** @param base of the urls of resources that have none. */
  constructor(files: readonly KnowledgeFile[], base: string) {
    this.own = files.flatMap(({ file, resource }) => {
      const url = (resource as Partial<Referable>).url ?? `${base}/${resource.resourceType}/${resource.id}`
      return isReferable(resource) ? [cited(file, resource, url, url)] : []
    })
    this.contained = this.own.flatMap(containedIn)
    for (const each of this.own) this.name(each, each.url, `${each.resource.resourceType}/${each.resource.id}`)
    for (const each of this.contained) this.name(each, each.url, placeOf(each))
  }

  /** The resources that stand on their own. */
  all<R extends Referable>(type: R['resourceType']): Cited<R>[] {
    return this.own.filter((each): each is Cited<R> => isOfType<R>(each, type))
  }

  /** Those that others contain among them. */
  every<R extends Referable>(type: R['resourceType']): Cited<R>[] {
    return [...this.own, ...this.contained].filter((each): each is Cited<R> => isOfType<R>(each, type))
  }

  /** What a reference in a resource names; of several versions the last, unless it names one. */
  find<R extends Referable>(type: R['resourceType'], reference: string, { container }: Pick<Cited, 'container'>): Cited<R> | undefined {
    const wanted = reference.split('|')[1]
    return this.byName
      .get(keyOf(reference, container))
      ?.findLast((each): each is Cited<R> => isOfType<R>(each, type) && (wanted === undefined || each.resource.version === wanted))
  }

  private name(each: Cited, ...names: readonly string[]): void {
    for (const name of new Set(names)) this.byName.set(name, [...(this.byName.get(name) ?? []), each])
  }
}

const keyOf = (reference: string, container: string): string =>
  reference.startsWith('#') ? `${container}#${withoutHash(reference)}` : TYPE_AND_ID.test(reference) ? reference : urlOf(reference)

/** An id as it stands in a reference, and in some resources themselves. */
const withoutHash = (id = ''): string => id.replace(/^#/, '')

const placeOf = ({ container, resource }: Cited): string => `${container}#${withoutHash(resource.id)}`

const cited = (file: string, resource: Referable, url: string, container: string): Cited => ({
  file,
  resource,
  url,
  canonical: resource.version === undefined ? url : `${url}|${resource.version}`,
  container,
})

function containedIn({ file, resource, url }: Cited): Cited[] {
  return (resource.contained ?? []).filter(isReferable).map(inner => {
    const id = withoutHash(inner.id)
    return cited(`${file}#${id}`, inner, inner.url ?? `${url}#${id}`, url)
  })
}
