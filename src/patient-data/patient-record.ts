import type { FhirResource, Patient, QuestionnaireResponse } from 'fhir/r4.js'
import { CdsError } from '../errors.js'
import type { FormDefinitions } from '../engine/knowledge/forms.js'
import type { LocalizedText } from '../engine/model/localized.js'
import { isEndless, readForm } from './form-answers.js'
import { takeIn } from './intake.js'
import { lacksMedicine, withReferredCodes } from './referred-codes.js'
import { asR4 } from './other-releases.js'
import { isNegated } from './negated.js'
import { isPlainlyOwn, ownerOf, serversNamed, type PatientOfCall } from './ownership.js'
import type { BundleEntry } from './read-bundle.js'
import { unclearStatus, withClinicalStatus } from './record-status.js'
import type { ReferenceIndex } from './references.js'
import { latestVersions, nameOf, referenceOf, type Kept, type KeyedEntries } from './versions.js'

/** What came under one prefetch key, and the canonical of the questionnaire that it asks for. */
export interface AskedEntries extends KeyedEntries {
  questionnaire?: string | undefined
}

/** What came and could not be used: a record, or one value of it. */
export interface Unusable {
  key: string
  /** `Type/id`, or the type alone. */
  resource: string
  element: string
  reason: string
  /** What a reader calls the question whose answer could not be read. */
  question?: LocalizedText
  /** Whether the question was answered both ways and counts as yes. */
  isYes?: boolean
  /** Whether the form counts all the same. */
  isTaken?: boolean
}

export interface RecordContext {
  /** Undefined where the data is about a group, a place or the like, of which all that is sent is part. */
  patientId: string | undefined
  /** Base URL of the server that gave the patient's id, in its one spelling. */
  fhirServer?: string | undefined
  /** Whether a resource was read from the FHIR server, and not sent by the client. */
  wasRead?: ((resource: FhirResource) => boolean) | undefined
  timeZone: string
  forms: FormDefinitions
}

/** Most records of one call: more than three times those of the largest chart seen, and few enough to be looked through in time. */
const MOST_RECORDS = 15_000

/**
 * How many more records there may be in a call.
 * @throws CdsError CDS_BODY_TOO_COSTLY when there are too many already.
 */
export function roomBeside(count: number): number {
  if (count > MOST_RECORDS)
    throw new CdsError(
      'CDS_BODY_TOO_COSTLY',
      `The data holds more than ${MOST_RECORDS} records. Send those that the prefetch templates ask for.`,
    )
  return MOST_RECORDS - count
}

/** How many entries some lists have together. */
export const countOf = (lists: readonly (readonly unknown[])[]): number => lists.reduce((count, { length }) => count + length, 0)

/** Most notes of one call; data with more faults is no chart but noise. */
const MOST_NOTED = 100

/**
 * One patient's resources, indexed by type and ordered by id, so that the order in which a server found them decides
 * nothing; each in one version. Records of a type are made ready for the rules when they are first asked for.
 */
export class PatientRecord {
  /** What could not be used so far, each once. */
  readonly unusable: Unusable[] = []
  /** Records left out since nobody can tell whose they are, those that are not named among them. */
  ownerless = 0
  readonly index: ReferenceIndex
  /** By what the patient is known among the records. */
  private readonly whose: PatientOfCall
  /** The servers of which the records speak, where the call names none. */
  private readonly servers: ReadonlySet<string>
  private readonly byType = new Map<string, Kept[]>()
  /** Everything in the order it was sent. */
  private readonly sent: readonly Kept[]
  private byReference: ReadonlyMap<string | undefined, FhirResource> | undefined
  private readonly ready = new Map<string, readonly FhirResource[]>()
  /** Of types that are not ready yet, what is. */
  private readonly begun = new Map<string, FhirResource[]>()
  private readonly questionnaires: ReadonlyMap<string, string | undefined>

  /**
   * @throws CdsError naming the key that holds a record which says it is another patient's: CDS_DATA_OF_ANOTHER_PATIENT
   *   where the client sent it, CDS_READ_DATA_OF_ANOTHER_PATIENT where it was read; CDS_BODY_TOO_COSTLY when there are
   *   more records than any chart has.
   */
  constructor(
    keyed: readonly AskedEntries[],
    readonly context: RecordContext,
  ) {
    const lists = keyed.map(({ entries }) => entries)
    roomBeside(countOf(lists))
    this.index = indexOf(lists)
    for (const { key, entries } of keyed)
      if (entries.some(({ isWithheld }) => isWithheld))
        this.note({
          key,
          resource: 'OperationOutcome',
          element: 'OperationOutcome.issue',
          reason: 'it says that not all there is was answered',
        })
    this.questionnaires = new Map(keyed.map(({ key, questionnaire }) => [key, questionnaire] as const))
    const kept = latestVersions(keyed)
    const patient = kept.find(({ resource }) => resource.resourceType === 'Patient')?.resource as Patient | undefined
    const patientId = context.patientId ?? ''
    // Most records name the patient in the plainest way, which tells of no server and leaves nothing to ask.
    const others = new Set(kept.filter(({ resource }) => !isPlainlyOwn(resource, `Patient/${patientId}`)))
    this.servers = context.fhirServer === undefined ? serversNamed(others) : NO_SERVERS
    this.sent = kept
    this.whose = { patientId, patient, server: this.serverAmong(this.servers), index: this.index }
    for (const each of kept) if ((!others.has(each) || this.isOwn(each)) && !isNegated(each.resource)) this.take(each)
  }

  /**
   * Resources of a type by id, as rules may rely on them; empty when there is none.
   * @param look is asked before each resource is made ready, and may throw when that takes too long; whoever asks again
   *   goes on from there.
   */
  ofType(type: string, look = () => {}): readonly FhirResource[] {
    const before = this.ready.get(type)
    if (before) return before
    const sent = this.byType.get(type) ?? []
    const prepared = this.begun.get(type) ?? []
    this.begun.set(type, prepared)
    for (const each of sent.slice(prepared.length)) {
      look()
      prepared.push(this.prepared(each))
    }
    const resources = prepared.sort(byId)
    this.ready.set(type, resources)
    return resources
  }

  /** All resources as rules may rely on them, in the order they were sent. */
  asSent(look = () => {}): readonly FhirResource[] {
    const places = new Map(this.sent.map(({ resource }, index) => [referenceOf(resource), index] as const))
    const placeOf = (resource: FhirResource) => places.get(referenceOf(resource)) ?? places.size
    return [...this.byType.keys()].flatMap(type => this.ofType(type, look)).sort((one, other) => placeOf(one) - placeOf(other))
  }

  /** How many resources of a type there are. */
  countOf(type: string): number {
    return this.byType.get(type)?.length ?? 0
  }

  /** The resource that a reference of the form `Type/id` names, where it came with the call. */
  find(reference: string): FhirResource | undefined {
    this.byReference ??= new Map([...this.byType.values()].flat().map(({ resource }) => [referenceOf(resource), resource] as const))
    return this.byReference.get(reference)
  }

  private readonly finder = (reference: string): FhirResource | undefined => this.find(reference)

  /** Notes what could not be used, as far as a reader can take it in. */
  note(unusable: Unusable): void {
    if (this.unusable.length < MOST_NOTED) this.unusable.push(unusable)
  }

  private take(kept: Kept): void {
    const { resourceType } = kept.resource
    const list = this.byType.get(resourceType)
    if (list) list.push(kept)
    else this.byType.set(resourceType, [kept])
  }

  /** By what the patient is known among further resources of the call. */
  patientAmong(records: readonly { resource: FhirResource }[], index: ReferenceIndex): PatientOfCall {
    const servers = new Set([...this.servers, ...serversNamed(records)])
    return { ...this.whose, server: this.serverAmong(servers), index }
  }

  /** Where the call says of no server, an address is certain only while all addresses are of one. */
  private serverAmong(named: ReadonlySet<string>): string | undefined {
    const [server] = named
    return this.context.fhirServer ?? (named.size === 1 ? server : undefined)
  }

  /** Notes a record that is left out since nobody can tell whose it is. */
  noteOwnerless(key: string, resource: FhirResource, reason: string): void {
    this.ownerless += 1
    this.note({ key, resource: nameOf(resource), element: resource.resourceType, reason })
  }

  private isOwn({ key, resource }: Kept): boolean {
    if (this.context.patientId === undefined) return true
    const owner = ownerOf(resource, this.whose)
    if (owner === 'other') throw this.ofAnother(key, resource)
    if (owner === 'unknown') this.noteOwnerless(key, resource, 'whose record it is cannot be told')
    return owner === 'own'
  }

  private ofAnother(key: string, resource: FhirResource): CdsError {
    return this.context.wasRead?.(resource)
      ? new CdsError(
          'CDS_READ_DATA_OF_ANOTHER_PATIENT',
          `The FHIR server answered ${key} with a resource of another patient than context.patientId. Check what its search by patient answers, and that fhirServer is the server that gave the id.`,
        )
      : new CdsError(
          'CDS_DATA_OF_ANOTHER_PATIENT',
          `The data of ${key} holds a resource of another patient than context.patientId. Send this patient's data only.`,
        )
  }

  private prepared({ key, resource: sent }: Kept): FhirResource {
    const isReadable = sent.resourceType !== 'QuestionnaireResponse' || !isEndless(sent)
    if (!isReadable)
      this.note({ key, resource: nameOf(sent), element: 'QuestionnaireResponse.item', reason: 'it has more items than any form' })
    const { resource, unusable } = takeIn(asR4(isReadable ? sent : { ...sent, item: [] }), {
      index: this.index,
      timeZone: this.context.timeZone,
    })
    const complete = withClinicalStatus(withReferredCodes(resource, this.finder))
    const unclear = unclearStatus(complete)
    for (const each of unusable) this.note({ key, resource: nameOf(sent), ...each })
    if (unclear) this.note({ key, resource: nameOf(sent), ...unclear })
    if (lacksMedicine(complete))
      this.note({ key, resource: nameOf(sent), element: `${complete.resourceType}.medication[x]`, reason: NO_MEDICINE })
    return complete.resourceType === 'QuestionnaireResponse' ? this.form(complete, key, nameOf(sent)) : complete
  }

  private form(form: QuestionnaireResponse, key: string, resource: string): FhirResource {
    const { response, unusable } = readForm(form, this.context.forms, this.questionnaires.get(key))
    for (const { linkId, question, isYes, isTaken, reason } of unusable) {
      const element =
        linkId === undefined ? 'QuestionnaireResponse.questionnaire' : `QuestionnaireResponse.item.where(linkId = '${linkId}')`
      this.note({ key, resource, element, reason, ...(question && { question }), ...(isYes && { isYes }), ...(isTaken && { isTaken }) })
    }
    return response
  }
}

/** The addresses under which resources travelled, by which others may name them. */
export function indexOf(lists: readonly (readonly BundleEntry[])[], beside: ReferenceIndex = new Map()): ReferenceIndex {
  const index = new Map(beside)
  for (const entries of lists) {
    for (const { resource, fullUrl } of entries) {
      // An address that ends in type and id says the same as these, and what has no scheme is no address.
      if (fullUrl === undefined || resource.id === undefined || endsIn(fullUrl, resource) || !HAS_SCHEME.test(fullUrl)) continue
      index.set(fullUrl.trim().toLowerCase(), `${resource.resourceType}/${resource.id}`)
    }
  }
  return index
}

/** Whether an address ends in the type and id of a resource; most do, so that they are compared where they stand. */
function endsIn(address: string, { resourceType, id = '' }: FhirResource): boolean {
  const slash = address.length - id.length - 1
  return (
    address.charAt(slash) === '/' &&
    address.charAt(slash - resourceType.length - 1) === '/' &&
    address.endsWith(id) &&
    address.endsWith(resourceType, slash)
  )
}

const NO_MEDICINE = 'tells neither code nor name of the medicine, nor does a record beside it'

const NO_SERVERS: ReadonlySet<string> = new Set()

const HAS_SCHEME = /^\s*[a-z][a-z0-9+.-]{0,20}:/i

const idOf = ({ id }: FhirResource): string => (typeof id === 'string' ? id : '')

const byId = (one: FhirResource, other: FhirResource): number => (idOf(one) === idOf(other) ? 0 : idOf(one) < idOf(other) ? -1 : 1)
