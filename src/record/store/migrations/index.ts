import type { Migration } from 'kysely'
import * as feedbackAndCards from './0001-feedback-and-cards.js'
import * as shadow from './0002-shadow.js'
import * as calls from './0003-calls.js'
import * as usedTokens from './0004-used-tokens.js'
import * as formLinks from './0005-form-links.js'
import * as shadowInOwnSchema from './0006-shadow-in-own-schema.js'
import * as weeks from './0007-weeks.js'

/** All steps from an empty database to the schema of this version, in their order. They only go forward, and none is changed once it was released. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-feedback-and-cards': feedbackAndCards,
  '0002-shadow': shadow,
  '0003-calls': calls,
  '0004-used-tokens': usedTokens,
  '0005-form-links': formLinks,
  '0006-shadow-in-own-schema': shadowInOwnSchema,
  '0007-weeks': weeks,
}
