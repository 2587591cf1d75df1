import { join } from 'node:path'
import type { FhirResource } from 'fhir/r4.js'
import { identifierTexts, namedOwner } from '../patient-data/ownership.js'
import { isResource } from '../patient-data/read-bundle.js'
import { readReference } from '../patient-data/references.js'
import { referredForCode } from '../patient-data/referred-codes.js'
import { linesOf, textOfLine, type Line, type Piece } from './input-files.js'
import type { Lane } from './lane.js'
import { noteFault, type LineFaultCode } from './line-faults.js'
import { GIVEN, identifierKey, referenceKey, SOUGHT } from './link-lines.js'
import { bucketName, bucketOf, linkBucketOf, linksName, type RunPlan } from './plan.js'
import { head, type Place } from './rows.js'

/** Sorts the lines of a piece: each to the bucket of its patient. */
export function sortPiece(piece: Piece, plan: RunPlan, lane: Lane): void {
  const sorter = new Sorter(plan, lane)
  const path = join(plan.input, plan.files[piece.file]?.name ?? '')
  for (const line of linesOf(path, piece)) sorter.sort(line, piece.file)
}

class Sorter {
  private readonly types: ReadonlySet<string>
  private readonly referred: ReadonlySet<string>

  constructor(
    private readonly plan: RunPlan,
    private readonly lane: Lane,
  ) {
    this.types = new Set([...plan.types, ...plan.referredTypes])
    this.referred = new Set(plan.referredTypes)
  }

  sort({ offset, bytes }: Line, file: number): void {
    const place = { file, offset }
    if (!bytes) return this.fault(place, 'too-long')
    if (this.isOfOtherType(bytes)) return
    const text = textOfLine(bytes)
    if (text === '') return
    const resource = parsed(text)
    if (resource === undefined) return this.fault(place, 'not-json')
    if (!isResource(resource)) return this.fault(place, 'not-fhir')
    if (resource.resourceType === 'Bundle') return this.fault(place, 'bundle')
    if (this.types.has(resource.resourceType)) this.place(resource, bytes, place)
  }

  /** Whether a line begins with a type that nobody reads, so that it need not be parsed. */
  private isOfOtherType(bytes: Buffer): boolean {
    const type = BEGINS_WITH_TYPE.exec(bytes.toString('latin1', 0, LONGEST_BEGINNING))?.[1]
    return type !== undefined && type !== 'Bundle' && !this.types.has(type)
  }

  private place(resource: FhirResource, bytes: Buffer, place: Place): void {
    const owner = namedOwner(resource)
    if (owner.kind === 'patient') this.placeWith(owner.id, resource, bytes, place)
    else if (owner.kind === 'identifier') this.give(identifierKey(owner.identifier), bytes, place)
    else if (owner.kind === 'nobody' && this.referred.has(resource.resourceType))
      this.give(referenceKey(`${resource.resourceType}/${resource.id}`), bytes, place)
    else this.fault(place, 'patient-unclear')
  }

  private placeWith(patient: string, resource: FhirResource, bytes: Buffer, place: Place): void {
    const bucket = bucketOf(patient, this.plan)
    if (bucket === undefined) return
    this.lane.add(bucketName(bucket), head(patient, place), bytes, '\n')
    this.lane.count(resource.resourceType)
    if (resource.resourceType === 'Patient') {
      for (const identifier of identifierTexts(resource)) this.seek(identifierKey(identifier), patient)
    }
    const referred = readReference(referredForCode(resource))
    if (referred !== undefined && this.referred.has(referred.split('/')[0] ?? '')) this.seek(referenceKey(referred), patient)
  }

  /** Notes that a patient has what a key names. */
  private seek(key: string, patient: string): void {
    this.lane.add(linksName(linkBucketOf(key, this.plan)), `${SOUGHT}\t${key}\t${patient}\n`)
  }

  /** Keeps a line for whoever has what a key names. */
  private give(key: string, bytes: Buffer, { file, offset }: Place): void {
    this.lane.add(linksName(linkBucketOf(key, this.plan)), `${GIVEN}\t${key}\t${file}\t${offset}\t`, bytes, '\n')
  }

  /** Lines that are nobody's are told by one part alone. */
  private fault(place: Place, code: LineFaultCode): void {
    if (this.plan.part.index === 0) noteFault(this.lane, { ...place, code })
  }
}

const BEGINS_WITH_TYPE = /^\s*\{\s*"resourceType"\s*:\s*"([A-Za-z]{1,64})"/
const LONGEST_BEGINNING = 200

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
