import type { InLanguages } from '../shared/language.js'
import type { GraphNode } from './pathway-graph.js'

/** What the view of the knowledge says. */
interface KnowledgeWords {
  loading: string
  load: string
  tabs: { plans: string; facts: string; valueSets: string; coverage: string; faults: string; graph: string }
  tabList: string
  search: string
  found: (shown: number, all: number) => string
  none: string
  more: (count: number) => string
  version: string
  conditions: string
  uses: string
  actions: (count: number) => string
  lines: string
  page: string
  codes: (count: number) => string
  includes: string
  noCodes: string
  cases: (asExpected: number, cases: number) => string
  noRecord: string
  point: string
  yes: string
  no: string
  cannotTell: string
  gaps: string
  noWarnings: string
  faultLead: string
  file: string
  element: string
  message: string
  graphOf: string
  wholeGraph: string
  graphRegion: (title: string) => string
  graphText: (title: string, nodes: number, edges: number) => string
  asText: string
  kinds: Readonly<Record<GraphNode['kind'], string>>
  scroll: string
}

export const knowledgeWords: InLanguages<KnowledgeWords> = {
  da: {
    loading: 'Viden hentes …',
    load: 'hente tjenestens viden',
    tabs: { plans: 'Planer', facts: 'Oplysninger', valueSets: 'Værdisæt', coverage: 'Cases', faults: 'Fejl', graph: 'Graf' },
    tabList: 'Tjenestens viden',
    search: 'Søg',
    found: (shown, all) => `${shown} af ${all}`,
    none: 'Intet passer.',
    more: count => `${count} flere. Søg for at se dem.`,
    version: 'version',
    conditions: 'Betingelser',
    uses: 'Bruger',
    actions: count => (count === 1 ? '1 anbefaling' : `${count} anbefalinger`),
    lines: 'Linjer',
    page: 'Læs anbefalingen',
    codes: count => (count === 1 ? '1 kode' : `${count} koder`),
    includes: 'Omfatter også',
    noCodes: 'Alle koder af systemet',
    cases: (asExpected, cases) => `${asExpected} af ${cases} kliniske cases svarede, som de skulle, da de sidst blev kørt.`,
    noRecord: 'Der er ingen optegnelse over kliniske cases. npm run coverage:knowledge skriver den (case-record.json).',
    point: 'Beslutningspunkt',
    yes: 'Ja',
    no: 'Nej',
    cannotTell: 'Kan ikke afgøres',
    gaps: 'Kun punkter, der mangler en case',
    noWarnings:
      'Tjenesten fandt intet at advare om, da den læste sin viden; med en fejl starter den ikke. columna check ser også efter, hvad der næppe er ment sådan.',
    faultLead:
      'Det fandt tjenesten, da den læste sin viden; med en fejl starter den ikke. columna check ser også efter, hvad der næppe er ment sådan.',
    file: 'Fil',
    element: 'Element',
    message: 'Hvad',
    graphOf: 'Graf over',
    wholeGraph: 'Alle planer',
    graphRegion: title => `Graf: ${title}. Kan rulles.`,
    graphText: (title, nodes, edges) => `${title}: ${nodes} punkter og ${edges} forbindelser. Det samme står som tekst nedenfor.`,
    asText: 'Grafen som tekst',
    kinds: { hook: 'Hook', plan: 'Plan', action: 'Anbefaling', lines: 'Fælles linjer', form: 'Skema', proposal: 'Forslag' },
    scroll: 'kan rulles',
  },
  en: {
    loading: 'Loading the knowledge …',
    load: 'load the knowledge of the service',
    tabs: { plans: 'Plans', facts: 'Facts', valueSets: 'Value sets', coverage: 'Cases', faults: 'Faults', graph: 'Graph' },
    tabList: 'Knowledge of the service',
    search: 'Search',
    found: (shown, all) => `${shown} of ${all}`,
    none: 'Nothing matches.',
    more: count => `${count} more. Search to see them.`,
    version: 'version',
    conditions: 'Conditions',
    uses: 'Uses',
    actions: count => (count === 1 ? '1 recommendation' : `${count} recommendations`),
    lines: 'Lines',
    page: 'Read the recommendation',
    codes: count => (count === 1 ? '1 code' : `${count} codes`),
    includes: 'Includes too',
    noCodes: 'All codes of the system',
    cases: (asExpected, cases) => `${asExpected} of ${cases} clinical cases answered as they should when they were last run.`,
    noRecord: 'No clinical cases are recorded. npm run coverage:knowledge writes the record (case-record.json).',
    point: 'Decision point',
    yes: 'Yes',
    no: 'No',
    cannotTell: 'Cannot tell',
    gaps: 'Only points that lack a case',
    noWarnings:
      'The service found nothing to warn of when it read its knowledge; with a fault it does not start. columna check also looks for what is hardly meant as it stands.',
    faultLead:
      'The service found this when it read its knowledge; with a fault it does not start. columna check also looks for what is hardly meant as it stands.',
    file: 'File',
    element: 'Element',
    message: 'What',
    graphOf: 'Graph of',
    wholeGraph: 'All plans',
    graphRegion: title => `Graph: ${title}. Can be scrolled.`,
    graphText: (title, nodes, edges) => `${title}: ${nodes} points and ${edges} connections. The same stands below as text.`,
    asText: 'The graph as text',
    kinds: { hook: 'Hook', plan: 'Plan', action: 'Recommendation', lines: 'Shared lines', form: 'Form', proposal: 'Proposal' },
    scroll: 'can be scrolled',
  },
}
