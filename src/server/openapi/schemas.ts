import { ERROR_CODES } from '../../errors.js'
import {
  ANYTHING,
  COUNT,
  DAY,
  INSTANT,
  list,
  named,
  NUMBER,
  object,
  oneOf,
  resource,
  said,
  table,
  TEXT,
  TRUE,
  TRUTH,
  URI,
  type Schema,
} from './schema.js'

const ANSWER = oneOf('yes', 'no', 'cannot-tell', 'error')
const INDICATOR = oneOf('info', 'warning', 'critical')
const CODING = object({ code: TEXT, system: TEXT }, { display: TEXT })
const CLOCK = object({ now: INSTANT, today: DAY })
const NOT_READ = list(
  object({ key: TEXT, label: said(TEXT, 'What it holds, in the language of the answer.'), reason: TEXT }, { kind: TEXT }),
)
const NAMED_RESOURCES = { resources: list(said(TEXT, '`Type/id`')) }
const MORE_RESOURCES = { moreResources: COUNT }

const CALLING: Readonly<Record<string, Schema>> = {
  HookRequest: {
    type: 'object',
    required: ['hook', 'hookInstance', 'context'],
    properties: {
      hook: TEXT,
      hookInstance: { type: 'string', format: 'uuid' },
      context: { type: 'object', required: ['patientId'], properties: { patientId: TEXT, userId: TEXT, encounterId: TEXT } },
      prefetch: said(table(ANYTHING), 'By the keys of discovery; a resource, a searchset, or null where the search found nothing.'),
      fhirServer: URI,
      fhirAuthorization: { type: 'object' },
    },
  },
  Service: object(
    { id: TEXT, hook: TEXT, title: TEXT, description: TEXT },
    { prefetch: table(TEXT), usageRequirements: TEXT, version: TEXT, hookVersion: TEXT, extension: table(ANYTHING) },
  ),
  Discovery: object({ services: list(named('Service')) }),
  Card: object(
    {
      uuid: { type: 'string', format: 'uuid' },
      summary: { type: 'string', maxLength: 139 },
      indicator: INDICATOR,
      source: object({ label: TEXT }, { url: URI, topic: CODING }),
    },
    {
      detail: said(TEXT, 'Markdown'),
      suggestions: list(named('Suggestion')),
      selectionBehavior: oneOf('at-most-one', 'any'),
      overrideReasons: list(CODING),
      links: list(object({ label: TEXT, url: URI, type: oneOf('absolute', 'smart') }, { appContext: TEXT })),
      extension: table(ANYTHING),
    },
  ),
  Suggestion: object(
    { label: TEXT, uuid: { type: 'string', format: 'uuid' } },
    {
      isRecommended: TRUTH,
      actions: list(
        object(
          { type: oneOf('create', 'update', 'delete'), description: TEXT },
          { resource: resource(), resourceId: said(TEXT, '`Type/id`') },
        ),
      ),
    },
  ),
  CdsResponse: object({ cards: list(named('Card')) }, { extension: table(ANYTHING) }),
  FeedbackRequest: object({
    feedback: list({
      type: 'object',
      required: ['card', 'outcome', 'outcomeTimestamp'],
      properties: {
        card: { type: 'string', format: 'uuid' },
        outcome: oneOf('accepted', 'overridden'),
        acceptedSuggestions: list({ type: 'object', required: ['id'], properties: { id: TEXT } }),
        overrideReason: { type: 'object' },
        outcomeTimestamp: INSTANT,
      },
    }),
  }),
  Nothing: object({}),
}

const EXPLAINING: Readonly<Record<string, Schema>> = {
  Condition: object(
    { description: TEXT, expression: said(TEXT, 'FHIRPath'), answer: ANSWER, facts: list(TEXT), ...NAMED_RESOURCES },
    { ...MORE_RESOURCES, error: TEXT },
  ),
  ExplainedAction: object(
    {
      id: TEXT,
      listensToHook: TRUTH,
      applies: ANSWER,
      met: said(COUNT, 'How many of its conditions are answered yes.'),
      of: COUNT,
      conditions: list(named('Condition')),
      actions: list(named('ExplainedAction')),
    },
    {
      title: said(TEXT, '`…` stands for what is computed.'),
      points: said(list(TEXT), 'Decision points that it speaks for.'),
      shownOn: oneOf('page'),
      grade: object({}, { strength: TEXT, direction: TEXT, quality: TEXT }),
      source: object({}, { document: TEXT, section: TEXT, year: TEXT }),
      onlyOnPage: named('Condition'),
      card: said(TEXT, 'Uuid of its card in the response.'),
      noCardBecause: TEXT,
      toldAt: said(TEXT, 'The action before it below which the same actions are told; they are not told here.'),
      leftOut: said(COUNT, 'How many actions below it are not told, since it does not apply.'),
    },
  ),
  Fact: object(
    { name: TEXT, description: TEXT, value: list(ANYTHING), uses: list(TEXT), ...NAMED_RESOURCES },
    { ...MORE_RESOURCES, moreValues: COUNT, error: TEXT },
  ),
  Explanation: object(
    {
      service: TEXT,
      clock: CLOCK,
      notRead: NOT_READ,
      plans: list(object({ plan: TEXT, title: TEXT, actions: list(named('ExplainedAction')) })),
      facts: table(named('Fact')),
      response: named('CdsResponse'),
    },
    { shadow: TRUE },
  ),
  DryRun: object(
    {
      service: TEXT,
      hook: TEXT,
      status: { enum: [200, 412] },
      prefetch: list(object({ key: TEXT, essential: TRUTH, state: TEXT, resources: COUNT }, { reason: TEXT })),
      unknownKeys: list(TEXT),
      records: table(COUNT),
      notUsed: list(object({ key: TEXT, resource: TEXT, element: TEXT, reason: TEXT })),
      orders: list(object({ order: TEXT, selected: TRUTH, recognisedAs: list(object({ valueSet: TEXT, title: TEXT })) })),
    },
    { shadow: TRUE, notLookedAt: list(TEXT), moreOrders: COUNT, cards: COUNT, undecided: COUNT },
  ),
  OpenQuestion: object(
    {
      linkId: TEXT,
      questionnaire: URI,
      actions: said(
        list(object({ plan: TEXT, action: TEXT, title: TEXT, points: list(TEXT), indicator: INDICATOR })),
        'What its answer can bring; else what it can rule out, where no single answer brings it.',
      ),
      isAcute: said(TRUTH, 'Whether an answer can bring a critical card.'),
    },
    { isBehind: TRUE, isOpener: TRUE, isUntried: TRUE },
  ),
  OpenQuestions: object(
    {
      service: TEXT,
      clock: CLOCK,
      notRead: NOT_READ,
      items: list(named('OpenQuestion')),
      questionnaires: said(list(resource('Questionnaire')), 'The forms cut down to these questions, in the language of the reply.'),
      counted: object({ asked: COUNT, answered: COUNT, decideNothing: COUNT, untried: COUNT, shownAtOnce: COUNT }),
    },
    { shadow: TRUE },
  ),
}

const PAGES: Readonly<Record<string, Schema>> = {
  Welcome: object({
    name: TEXT,
    description: TEXT,
    discovery: TEXT,
    services: list(TEXT),
    knowledge: TEXT,
    health: TEXT,
    api: said(TEXT, 'Where this document is.'),
  }),
  GuidelineList: object({
    guidelines: list(
      object(
        { plan: TEXT, action: TEXT, title: TEXT, path: TEXT, points: list(TEXT), hooks: list(TEXT), topic: TEXT },
        { strength: TEXT, certainty: TEXT, document: TEXT },
      ),
    ),
  }),
  Review: object(
    { warnings: list(object({ code: TEXT, file: TEXT, element: TEXT, message: TEXT })) },
    {
      record: object({ cases: COUNT, asExpected: COUNT, points: table(object({ yes: COUNT, no: COUNT, cannotTell: COUNT })) }),
    },
  ),
  PageSettings: object(
    {
      languages: list(TEXT),
      clock: object({ now: INSTANT, today: DAY, timeZone: TEXT, isFrozen: TRUTH }),
      fhirServers: list(TEXT),
      explain: TRUTH,
    },
    {
      demonstration: object({ fhirServer: URI }),
      user: object(
        { id: said(TEXT, 'By which no two people who sign in here are the same.') },
        { name: TEXT, fhirUser: said(TEXT, 'Themselves at a FHIR server: `Practitioner/id`, or with the base of the server before it.') },
      ),
    },
  ),
  LaunchSettings: object({ clientId: TEXT, needsSession: TRUTH }),
  EhrSession: object({ iss: URI, idToken: TEXT, verifier: TEXT }),
  Session: object({ token: TEXT, seconds: NUMBER }),
  SignedOut: object({}, { goOnTo: said(URI, 'Where the person signs out of the issuer as well, and comes back from.') }),
  PatientWording: object({ form: { anyOf: [{ type: 'null' }, { type: 'object' }] } }),
  OpenedLink: object({ id: TEXT, collector: said(TEXT, 'By which the answers are fetched.'), expires: INSTANT }),
  Link: object({ expires: INSTANT, isAnswered: TRUTH }),
  SealedAnswers: object({ answers: said(TEXT, 'Sealed in the browser, base64url.') }),
  Collector: object({ collector: TEXT }),
  CollectedAnswers: object({}, { answers: TEXT }),
}

const OPERATING: Readonly<Record<string, Schema>> = {
  Live: object({ status: { const: 'live' } }),
  Ready: object(
    { status: { const: 'ready' } },
    {
      services: COUNT,
      plans: COUNT,
      draftPlans: COUNT,
      knowledge: TEXT,
      loadedAt: INSTANT,
      reloadRefusedAt: INSTANT,
      clients: { anyOf: [COUNT, { const: 'anybody' }] },
      clientsInShadow: COUNT,
      store: TEXT,
      tokens: TEXT,
    },
  ),
  /** Issues of one error: the code is the same in each, the diagnostics are a fault each. */
  Error: {
    type: 'object',
    required: ['resourceType', 'issue'],
    properties: {
      resourceType: { const: 'OperationOutcome' },
      issue: list({
        type: 'object',
        required: ['severity', 'code', 'details', 'diagnostics'],
        properties: {
          severity: TEXT,
          code: TEXT,
          details: object({ coding: list(object({ system: URI, code: named('ErrorCode') })), text: TEXT }),
          diagnostics: TEXT,
        },
      }),
    },
  },
  ErrorCode: oneOf(...ERROR_CODES),
}

/** Everything that is asked and answered, by the names under which the paths have it. */
export const SCHEMAS: Readonly<Record<string, Schema>> = { ...CALLING, ...EXPLAINING, ...PAGES, ...OPERATING }
