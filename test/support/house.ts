import { EXTENSION as OF_HL7 } from '../../src/engine/model/extensions.js'
import { strict } from '../../src/engine/knowledge/profile.js'

/** What the knowledge of this repository is held to, as its knowledge.json says. */
export const HOUSE = strict({ base: 'https://columna.example.org/fhir', languages: ['da', 'en'] })

/** How terminology is read in it. */
export const HOUSE_TERMS = { names: HOUSE.names, language: HOUSE.languages[0] }

export const CANONICAL_BASE = HOUSE.names.base
export const DECISION_POINT_SYSTEM = HOUSE.names.decisionPoints
export const CARD_TOPIC_SYSTEM = HOUSE.names.cardTopics

/** All extensions that the engine reads in it. */
export const EXTENSION = { ...OF_HL7, ...HOUSE.names.extension }
