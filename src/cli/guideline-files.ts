import { jsonText } from '../knowledge-source/index.js'

/** A file of a new guideline. */
interface NewFile {
  /** Below the folder. */
  path: string
  text: string
}

/** The files that a new guideline begins with: one recommendation, with all that it needs and a case for each answer. */
export const guidelineFiles = (canonical: string): NewFile[] => [
  {
    path: 'knowledge.json',
    text: jsonText({ about: 'an example', profile: 'strict', canonicalBase: canonical, languages: ['en'], extensionNames: 'org.example' }),
  },
  { path: 'knowledge/shared.yaml', text: SHARED },
  { path: 'knowledge/terminology.yaml', text: TERMINOLOGY },
  { path: 'knowledge/example.yaml', text: TOPIC },
  {
    path: 'cds-services/example.json',
    text: jsonText({
      id: 'example',
      publish: { hook: 'patient-view', title: 'Example', description: 'What the guideline recommends' },
      apply: [`${canonical}/PlanDefinition/example`],
    }),
  },
  { path: 'clinical-cases/vocabulary.yaml', text: 'language: en\ntimeZone: Europe/Copenhagen\n' },
  { path: 'clinical-cases/EX-1/age.yaml', text: CASES },
]

const SHARED = `elements:
  every: { status: draft, experimental: true, publisher: Example }
grades:
  should: [ strength should, direction for ]
systems:
  direction: http://hl7.org/fhir/uv/cpg/CodeSystem/cpg-recommendation-direction-cs
`

const TERMINOLOGY = `code-systems:
  decision-point:
    version: 1.0.0
    title: Decision points
    about: The recommendations of the guideline.
    codes:
      EX-1: TODO what is recommended to adults
  card-topic:
    version: 1.0.0
    title: Topics of cards
    about: Families of cards.
    codes: { example: Example, undecided: Undecided, not-read: Not read }
  strength:
    version: 1.0.0
    title: Strength
    about: How strong a recommendation is.
    codes: { should: should }
  direction-words:
    version: 1.0.0
    title: Directions
    about: Words for the directions of a recommendation.
    supplements: http://hl7.org/fhir/uv/cpg/CodeSystem/cpg-recommendation-direction-cs
    codes: { for: for, against: against }
  override-reason:
    version: 1.0.0
    title: Reasons for overriding a card
    about: Why a card is not followed.
    codes: { done: Already done, declined: The person declines }

value-sets:
  override-reason:
    version: 1.0.0
    title: Reasons for overriding a card
    about: The reasons that a user can choose.
    codes:
    - override-reason: [ done, declined ]

sources:
  document:
    version: 1.0.0
    title: TODO the document
    about: The document that everything here rests on.
    date: "2026"
    cited-as: Example 2026
    document: { title: The document, url: https://guidelines.example.org/document }
    sections: { adults: Adults }
`

const TOPIC = `plans:
  example:
    version: 1.0.0
    title: Example
    about: TODO what is recommended to whom.
    topic: example
    uses: example
    actions:
    - id: recommend-to-adults
      point: EX-1
      on: patient-view
      priority: routine
      when:
      - "TODO for whom; as it stands: who is an adult.": "%isAdult"
      title: TODO what is recommended
      says: TODO why, in one sentence.
      grade: should
      source: document#adults
      override: override-reason

facts:
  example:
    version: 1.0.0
    title: Facts of the example
    about: Age.
    data:
      patient: { type: Patient, called: the patient, essential: true }
    facts:
      isAdult: { en: "TODO for whom; as it stands: who is 18 or older.", is: "%patient.birthDate <= today() - 18 years" }
`

const CASES = `background:
  today: 2026-03-30T10:00:00+02:00
  service: example
cases:
  - name: Turned 18 today
    answer: yes
    patient: { birthDate: 2008-03-30 }
    recommends: [EX-1]
    cards: 1

  - name: Turns 18 tomorrow
    answer: no
    patient: { birthDate: 2008-03-31 }
    does not recommend: [EX-1]
    cards: 0

  - name: The date of birth is not known
    answer: cannot-tell
    patient: { birthDate: }
    cannot tell: [EX-1]
`
