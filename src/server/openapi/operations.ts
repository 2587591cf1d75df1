import { APP_NAMES, APP_PATHS } from '../../browser-apps/app-list.js'
import { PAGE_PATHS } from '../../pages/page-urls.js'
import { SIGN_IN_PATHS } from '../sign-in-paths.js'
import { SEARCH_PARAMETERS } from '../search-parameters.js'
import { INSTANT, named, oneOf, resource, TEXT, TRUTH, type Schema } from './schema.js'

/** What one method of a path does, is asked and answers. */
export interface DocumentedOperation {
  summary: string
  tag: 'CDS Hooks' | 'Explanations' | 'Knowledge' | 'Pages' | 'Sign-in' | 'One-time links' | 'Operations'
  /** Whether the client says who it is, where clients are registered. */
  isForClients?: true
  query?: Readonly<Record<string, { schema: Schema; description: string }>>
  request?: Schema
  /** By HTTP status what is answered, by media type; empty where the answer has no body. */
  answers: Readonly<Record<number, Readonly<Record<string, Schema>>>>
}

/** By method. */
type DocumentedPath = Readonly<Record<string, DocumentedOperation>>

const JSON_TYPE = 'application/json'
const FHIR_TYPE = 'application/fhir+json'
const HTML: Readonly<Record<string, Schema>> = { 'text/html': TEXT }

const answered = (schema: Schema) => ({ 200: { [JSON_TYPE]: schema } })
const found = (schema: Schema) => ({ 200: { [FHIR_TYPE]: schema } })

const CSV: Readonly<Record<string, Schema>> = { 'text/csv': TEXT }
const REPORTED = {
  practice: {
    schema: TEXT,
    description:
      'The client with its tenant, as the page offers it; the first of those whose figures whoever signed in may read unless it is given.',
  },
  from: { schema: TEXT, description: 'A day of the first of twelve whole weeks, YYYY-MM-DD.' },
  to: { schema: TEXT, description: 'A day of the last of twelve whole weeks; of the last that is over unless either is given.' },
}
const AS_TABLE = { format: { schema: TEXT, description: '`csv`: as a table.' } }

const LANG = { lang: { schema: TEXT, description: 'Language of the page: da or en.' } }
const AS_IF = {
  now: {
    schema: INSTANT,
    description: 'As if the clock were another: in the demonstration, or for who signed in to a page of this service.',
  },
}

const CDS_HOOKS: Readonly<Record<string, DocumentedPath>> = {
  '/cds-services': {
    get: {
      summary: 'Discovery: the services and what each needs',
      tag: 'CDS Hooks',
      isForClients: true,
      answers: answered(named('Discovery')),
    },
  },
  '/cds-services/:id': {
    post: {
      summary: 'A call: cards',
      tag: 'CDS Hooks',
      isForClients: true,
      request: named('HookRequest'),
      answers: answered(named('CdsResponse')),
    },
  },
  '/cds-services/:id/feedback': {
    post: {
      summary: 'What a user did with a card',
      tag: 'CDS Hooks',
      isForClients: true,
      request: named('FeedbackRequest'),
      answers: answered(named('Nothing')),
    },
  },
}

const EXPLANATIONS: Readonly<Record<string, DocumentedPath>> = {
  '/cds-services/:id/$explain': {
    post: {
      summary: 'Why each card came and why the others did not; with view=summary a dry run, with view=cards the cards alone',
      tag: 'Explanations',
      isForClients: true,
      query: {
        all: {
          schema: TRUTH,
          description:
            'Also what stands below actions that do not apply, the facts behind facts, and each plan wherever it stands within another.',
        },
        action: { schema: TEXT, description: 'One action alone, with what stands around it and below it, and the facts behind its facts.' },
        view: {
          schema: oneOf('summary', 'cards'),
          description:
            'summary: a dry run, what was understood of the request. cards: the answer of a call, of which nothing is recorded; offered where explanations are off, too.',
        },
        ...AS_IF,
      },
      request: named('HookRequest'),
      answers: answered({ anyOf: [named('Explanation'), named('DryRun'), named('CdsResponse')] }),
    },
  },
  '/cds-services/:id/$questions': {
    post: {
      summary: 'Which questions of the forms can still change the advice',
      tag: 'Explanations',
      isForClients: true,
      query: AS_IF,
      request: named('HookRequest'),
      answers: answered(named('OpenQuestions')),
    },
  },
}

const KNOWLEDGE: Readonly<Record<string, DocumentedPath>> = {
  '/fhir/metadata': {
    get: { summary: 'What the FHIR side can do', tag: 'Knowledge', answers: found(resource('CapabilityStatement')) },
  },
  '/fhir/PlanDefinition/:id/$apply': {
    post: {
      summary: 'Applies a plan to the data of a patient',
      tag: 'Knowledge',
      isForClients: true,
      request: resource('Parameters'),
      answers: found(resource('CarePlan')),
    },
  },
  '/fhir/ActivityDefinition/:id/$apply': {
    post: {
      summary: 'Makes the resource that an activity describes',
      tag: 'Knowledge',
      isForClients: true,
      request: resource('Parameters'),
      answers: found(resource()),
    },
  },
  '/fhir/Measure/:id/$evaluate-measure': {
    post: {
      summary: 'The figures of a measure for the patients whose records are sent along',
      tag: 'Knowledge',
      isForClients: true,
      request: resource('Parameters'),
      answers: found(resource('MeasureReport')),
    },
  },
  '/fhir/:type': {
    get: {
      summary: 'The resources of a type',
      tag: 'Knowledge',
      query: Object.fromEntries(SEARCH_PARAMETERS.map(({ name, asks }) => [name, { schema: TEXT, description: asks }])),
      answers: found(resource('Bundle')),
    },
  },
  '/fhir/:type/:id/$data-requirements': {
    get: {
      summary: 'What a plan, a library or a measure needs: data, parameters, other resources',
      tag: 'Knowledge',
      answers: found(resource('Library')),
    },
  },
  '/fhir/:type/:id': { get: { summary: 'One resource', tag: 'Knowledge', answers: found(resource()) } },
}

const page = (summary: string): DocumentedPath => ({ get: { summary, tag: 'Pages', query: LANG, answers: { 200: HTML } } })

const PAGES: Readonly<Record<string, DocumentedPath>> = {
  '/': {
    get: {
      summary: 'What there is: a page for people, addresses for programs',
      tag: 'Pages',
      query: LANG,
      answers: { 200: { [JSON_TYPE]: named('Welcome'), ...HTML } },
    },
  },
  [PAGE_PATHS.index]: {
    get: {
      summary: 'All recommendations, as a page or as data',
      tag: 'Pages',
      query: {
        ...LANG,
        by: { schema: oneOf('document', 'hook'), description: 'By what the page groups them.' },
        q: { schema: TEXT, description: 'Words that each of them holds.' },
      },
      answers: { 200: { ...HTML, [JSON_TYPE]: named('GuidelineList') } },
    },
  },
  [PAGE_PATHS.review]: {
    get: {
      summary: 'All plans as decision tables with their cases; as data what the cases answered and what a check warns of',
      tag: 'Pages',
      query: LANG,
      answers: { 200: { ...HTML, [JSON_TYPE]: named('Review') } },
    },
  },
  [PAGE_PATHS.point]: {
    get: { summary: 'Leads to where a decision point speaks', tag: 'Pages', query: LANG, answers: { 303: {} } },
  },
  [PAGE_PATHS.recommendation]: {
    get: { summary: 'A recommendation', tag: 'Pages', query: LANG, answers: { 200: HTML, 303: {} } },
  },
  [PAGE_PATHS.leaflet]: page('A leaflet for patients'),
  [PAGE_PATHS.quality]: {
    get: {
      summary: 'The practice report: what the service said in one practice, and what was done with it',
      tag: 'Pages',
      query: { ...LANG, ...REPORTED, ...AS_TABLE },
      answers: { 200: { ...HTML, ...CSV } },
    },
  },
  [PAGE_PATHS.qualityCsv]: {
    get: { summary: 'The figures of the practice report, as a table', tag: 'Pages', query: REPORTED, answers: { 200: CSV } },
  },
  ...Object.fromEntries(APP_NAMES.map(name => [APP_PATHS[name], page(`A page that people work in: ${name}`)])),
  '/case/launch': page('Where an EHR launches the page of a patient (SMART)'),
  '/page-settings': { get: { summary: 'What our own pages go by', tag: 'Pages', answers: answered(named('PageSettings')) } },
  '/favicon.ico': { get: { summary: 'The icon', tag: 'Pages', answers: { 200: { 'image/svg+xml': TEXT } } } },
  '/assets/:name': {
    get: {
      summary: 'A file of a page, which never changes under its name',
      tag: 'Pages',
      answers: { 200: { 'text/css': TEXT, 'image/svg+xml': TEXT, 'text/javascript': TEXT } },
    },
  },
}

const SIGN_IN: Readonly<Record<string, DocumentedPath>> = {
  [SIGN_IN_PATHS.begin]: {
    get: {
      summary: 'Sends a person to sign in',
      tag: 'Sign-in',
      query: { to: { schema: TEXT, description: 'Path of ours where they go on.' } },
      answers: { 303: {} },
    },
  },
  [SIGN_IN_PATHS.finish]: { get: { summary: 'Where the issuer sends a person back to', tag: 'Sign-in', answers: { 303: {} } } },
  [SIGN_IN_PATHS.end]: { post: { summary: 'Ends the session of a browser', tag: 'Sign-in', answers: answered(named('SignedOut')) } },
  [SIGN_IN_PATHS.launch]: {
    get: {
      summary: 'How the page of a patient is registered at a FHIR server',
      tag: 'Sign-in',
      query: { iss: { schema: TEXT, description: 'Base URL of the FHIR server.' } },
      answers: answered(named('LaunchSettings')),
    },
  },
  [SIGN_IN_PATHS.fromEhr]: {
    post: {
      summary: 'Begins the session of a page that an EHR opened',
      tag: 'Sign-in',
      request: named('EhrSession'),
      answers: answered(named('Session')),
    },
  },
}

const LINKS: Readonly<Record<string, DocumentedPath>> = {
  '/start-back/wording': {
    get: {
      summary: 'The form for patients in the wording that the site installed',
      tag: 'One-time links',
      answers: answered(named('PatientWording')),
    },
  },
  '/start-back/links': {
    post: {
      summary: 'Makes a link by which somebody answers the form once',
      tag: 'One-time links',
      isForClients: true,
      answers: answered(named('OpenedLink')),
    },
  },
  '/start-back/links/:id': {
    get: { summary: 'Whether a link can be answered', tag: 'One-time links', answers: answered(named('Link')) },
    put: { summary: 'Answers it', tag: 'One-time links', request: named('SealedAnswers'), answers: answered(named('Nothing')) },
  },
  '/start-back/links/:id/collect': {
    post: {
      summary: 'Fetches the answers, which stay until the link is ended or expires',
      tag: 'One-time links',
      isForClients: true,
      request: named('Collector'),
      answers: answered(named('CollectedAnswers')),
    },
  },
  '/start-back/links/:id/forget': {
    post: {
      summary: 'Ends a link with its answers; one that is gone already is gone',
      tag: 'One-time links',
      isForClients: true,
      request: named('Collector'),
      answers: answered(named('Nothing')),
    },
  },
}

const OPERATIONS: Readonly<Record<string, DocumentedPath>> = {
  '/health/live': { get: { summary: 'The process lives', tag: 'Operations', answers: answered(named('Live')) } },
  '/health/ready': { get: { summary: 'Whether calls should be sent here', tag: 'Operations', answers: answered(named('Ready')) } },
  '/metrics': { get: { summary: 'Figures in Prometheus form', tag: 'Operations', answers: { 200: { 'text/plain': TEXT } } } },
  '/openapi.json': { get: { summary: 'This document', tag: 'Operations', answers: answered({ type: 'object' }) } },
}

/** Every path of the service, as its routes are written, by method. */
export const DOCUMENTED: Readonly<Record<string, DocumentedPath>> = {
  ...CDS_HOOKS,
  ...EXPLANATIONS,
  ...KNOWLEDGE,
  ...PAGES,
  ...SIGN_IN,
  ...LINKS,
  ...OPERATIONS,
}
