/** What the practice report says. */
export interface QualityWords {
  title: string
  part: string
  invented: string
  practice: string
  everybody: string
  until: string
  show: string
  csv: string
  printing: string
  period: (from: string, to: string, firstWeek: number, lastWeek: number) => string
  compared: (others: number | undefined) => string
  notKept: string
  noCalls: string
  counting: (counted: number, all: number) => string
  said: string
  saidLead: string
  cards: string
  point: string
  withoutPoint: string
  share: string
  accepted: string
  overridden: string
  ignored: string
  shown: string
  here: string
  others: string
  before: string
  barOf: (title: string, here: string, others: string, before: string) => string
  hidden: string
  hiddenMark: string
  more: (count: number) => string
  trend: string
  trendLead: string
  trendOf: (from: string, to: string, others: string) => string
  week: string
  reasons: string
  reason: string
  inWords: string
  noReason: string
  restOfReasons: string
  count: string
  services: string
  service: string
  calls: string
  refused: string
  undecided: string
  half: string
  most: string
  milliseconds: string
  charts: string
  chartsLead: string
  chartsNone: string
  chartsUnread: (names: string) => string
  measure: string
  numerator: string
  denominator: string
  reporter: string
  excluded: string
  exclusions: readonly string[]
  cases: string
  casesLead: string
  casesHidden: string
  time: string
  footer: string
}

const da: QualityWords = {
  title: 'Praksisrapport',
  part: 'Rapport',
  invented: 'Opdigtede tal: praksisser, kort og svar findes ikke.',
  practice: 'Praksis',
  everybody: 'Alle, der kalder',
  until: 'Perioden slutter med ugen med',
  show: 'Vis',
  csv: 'Hent tallene som CSV',
  printing: 'Udskrift fylder én A4-side.',
  period: (from, to, first, last) => `${from} – ${to} (uge ${first}–${last})`,
  compared: others =>
    others === undefined
      ? 'Sammenlignet med de 12 uger før. De andre praksisser er for få til at blive vist.'
      : `Sammenlignet med de 12 uger før og med ${others} andre praksisser tilsammen.`,
  notKept:
    'Her føres ingen optegnelse over kald, så der er ingen tal at vise. Den, der driver tjenesten, kan vælge et lager med CDS_STORE.',
  noCalls: 'Der er i perioden ingen kald fra en praksis, som du kan se tal for. Vælg en anden periode.',
  counting: (counted, all) => `${counted} af ${all} uger er talt op endnu. Tallene er foreløbige; hent siden igen om nogle minutter.`,
  said: 'Hvad tjenesten sagde',
  saidLead:
    'Kort, som denne praksis fik vist, og hvad der blev gjort ved dem. Tallene kommer fra tjenestens egen optegnelse og siger intet om, hvad der står i journalerne.',
  cards: 'Kort efter beslutningspunkt',
  point: 'Beslutningspunkt',
  withoutPoint: 'Kort uden beslutningspunkt',
  share: 'Andel fulgt',
  accepted: 'Fulgt',
  overridden: 'Afvist',
  ignored: 'Ubesvaret',
  shown: 'Vist',
  here: 'denne praksis',
  others: 'de andre praksisser',
  before: 'de 12 uger før',
  barOf: (title, here, others, before) => `${title}: fulgt ${here} her, ${others} i de andre praksisser, ${before} i de 12 uger før`,
  hidden: 'Antal under 5 vises ikke, og heller ikke tal, som de kunne regnes ud af.',
  hiddenMark: 'skjult',
  more: count => `${count} beslutningspunkter mere`,
  trend: 'Andel fulgt, uge for uge',
  trendLead: 'Uger, hvor under 5 kort blev fulgt eller ikke fulgt, vises ikke.',
  trendOf: (from, to, others) => `Fra ${from} i den første viste uge til ${to} i den sidste. ${others}`,
  week: 'Uge',
  reasons: 'Grunde til at afvise',
  reason: 'Grund',
  inWords: 'Kun med egne ord',
  noReason: 'Ingen grund givet',
  restOfReasons: 'Sjældnere grunde, om nogen',
  count: 'Kort',
  services: 'Svartid og fejl',
  service: 'Tjeneste',
  calls: 'Kald',
  refused: 'Fejl',
  undecided: 'Kunne ikke afgøres',
  half: 'Halvdelen inden for',
  most: '95 % inden for',
  milliseconds: 'ms',
  charts: 'Hvad journalerne siger',
  chartsLead:
    'Beregnet af journaldata som FHIR MeasureReport, for dem, som hver rapport nævner. Tallene kan ikke lægges sammen med dem ovenfor.',
  chartsNone:
    'Her er ingen målinger. De laves af et udtræk med FHIR-operationen $evaluate-measure; lægges de som MeasureReport i en mappe, som CDS_QUALITY_REPORTS nævner, står de her.',
  chartsUnread: names => `Kunne ikke læses som MeasureReport (summary): ${names}.`,
  measure: 'Måling',
  numerator: 'Opfyldt',
  denominator: 'Ud af',
  reporter: 'For',
  excluded: 'Hvad der ikke er talt med',
  exclusions: [
    'Den igangværende uge. Perioden er altid 12 hele uger, så ingen uge kan regnes ud af to rapporter.',
    'Kort, der blev holdt tilbage, fordi de var vist eller besvaret før, og kald på prøve, som ingen så.',
    'Hvad der er prøvet i tjenestens egne sider, og forklaringer og tørkørsler.',
    'Om et beslutningspunkt ikke kunne afgøres, er kun kendt for hele kaldet og står derfor ved tjenesten.',
    'Ubesvaret betyder, at journalsystemet intet meldte tilbage; det kan også være fulgt uden et klik.',
  ],
  cases: 'Egne forløb',
  casesLead:
    'De nyeste kald. Optegnelsen kender hverken navn eller CPR-nummer; tidspunkt og hookInstance kan slås op i praksissens eget journalsystem.',
  casesHidden: 'Der er for få kald i perioden til, at de kan vises uden at røbe skjulte tal.',
  time: 'Tidspunkt',
  footer: 'Siden viser antal og nævner ingen patienter.',
}

const en: QualityWords = {
  title: 'Practice report',
  part: 'Report',
  invented: 'Invented figures: practices, cards and answers do not exist.',
  practice: 'Practice',
  everybody: 'Everybody who calls',
  until: 'The period ends with the week of',
  show: 'Show',
  csv: 'Get the figures as CSV',
  printing: 'It prints on one A4 page.',
  period: (from, to, first, last) => `${from} – ${to} (weeks ${first}–${last})`,
  compared: others =>
    others === undefined
      ? 'Compared with the 12 weeks before. Other practices are too few to be shown.'
      : `Compared with the 12 weeks before and with ${others} other practices together.`,
  notKept: 'No record of calls is kept here, so there are no figures to show. Whoever runs the service can choose a store with CDS_STORE.',
  noCalls: 'There are no calls in this period of a practice whose figures you may see. Choose another period.',
  counting: (counted, all) =>
    `${counted} of ${all} weeks have been counted so far. The figures are preliminary; load the page again in some minutes.`,
  said: 'What the service said',
  saidLead:
    "Cards that this practice was shown, and what was done with them. The figures come from the service's own record and say nothing of what the charts hold.",
  cards: 'Cards by decision point',
  point: 'Decision point',
  withoutPoint: 'Cards without a decision point',
  share: 'Share followed',
  accepted: 'Followed',
  overridden: 'Overridden',
  ignored: 'Unanswered',
  shown: 'Shown',
  here: 'this practice',
  others: 'the other practices',
  before: 'the 12 weeks before',
  barOf: (title, here, others, before) =>
    `${title}: ${here} followed here, ${others} in the other practices, ${before} in the 12 weeks before`,
  hidden: 'Counts under 5 are not shown, nor are figures from which they could be worked out.',
  hiddenMark: 'hidden',
  more: count => `${count} more decision points`,
  trend: 'Share followed, week by week',
  trendLead: 'Weeks in which fewer than 5 cards were followed, or not followed, are not shown.',
  trendOf: (from, to, others) => `From ${from} in the first week that is shown to ${to} in the last. ${others}`,
  week: 'Week',
  reasons: 'Reasons for overriding',
  reason: 'Reason',
  inWords: 'In own words only',
  noReason: 'No reason given',
  restOfReasons: 'Rarer reasons, if any',
  count: 'Cards',
  services: 'Response time and errors',
  service: 'Service',
  calls: 'Calls',
  refused: 'Errors',
  undecided: 'Could not be decided',
  half: 'Half within',
  most: '95 % within',
  milliseconds: 'ms',
  charts: 'What the charts say',
  chartsLead:
    'Worked out of chart data as FHIR MeasureReports, for those whom each report names. They cannot be added to the figures above.',
  chartsNone:
    'There are no measures here. They are made from an export by the FHIR operation $evaluate-measure; put as MeasureReports into a folder that CDS_QUALITY_REPORTS names, they stand here.',
  chartsUnread: names => `Could not be read as MeasureReports (summary): ${names}.`,
  measure: 'Measure',
  numerator: 'Met',
  denominator: 'Out of',
  reporter: 'For',
  excluded: 'What is not counted',
  exclusions: [
    'The current week. A period is always 12 whole weeks, so that no week can be worked out from two reports.',
    'Cards that were held back because they were shown or answered before, and calls on trial, which nobody saw.',
    "What was tried in the service's own pages, and explanations and dry runs.",
    'That a decision point could not be decided is only known for the whole call, and therefore stands with the service.',
    'Unanswered means that the record system reported nothing; the card may have been followed without a click.',
  ],
  cases: 'Own cases',
  casesLead:
    "The newest calls. The record knows neither name nor identity number; time and hookInstance can be looked up in the practice's own record system.",
  casesHidden: 'There are too few calls in this period to list them without giving away what is hidden.',
  time: 'Time',
  footer: 'The page shows counts and names no patient.',
}

const WORDS: Readonly<Record<string, QualityWords>> = { da, en }

/** The words of the practice report in a language, English where it has none in it. */
export const qualityWords = (language: string): QualityWords => WORDS[language] ?? en
