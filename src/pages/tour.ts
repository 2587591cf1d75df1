/** A text by language. */
export type Spoken = Readonly<Record<string, string>>

/** An invented patient whom a visitor may look at. */
export interface TourPatient {
  /** Id in the demonstration. */
  id: string
  /** Id of the service that answers. */
  service: string
  name: Spoken
  title: Spoken
  text: Spoken
  /** Whether the short form has something to ask of them. */
  isShortFormToo?: boolean
}

/** What a first visitor of the demonstration is told and shown. */
export interface Tour {
  title: Spoken
  lead: Spoken
  patients: readonly TourPatient[]
}
