/** What the first page says, beside what the demonstration says of its patients. */
interface FrontWords {
  title: string
  lead: string
  about: (about: string) => string
  part: string
  demonstration: string
  patients: string
  patientsLead: string
  open: string
  shortForm: string
  pages: string
  programs: string
  integrators: string
  places: Readonly<Record<'workbench' | 'consultation' | 'startBack' | 'guidelines' | 'review' | 'quality', { name: string; text: string }>>
  interfaces: Readonly<Record<'discovery' | 'openapi' | 'knowledge' | 'health' | 'fhir', { name: string; text: string }>>
}

const da: FrontWords = {
  title: 'Beslutningsstøtte efter retningslinjerne',
  lead: 'En CDS Hooks-service: et journalsystem spørger, og svaret er få kort med begrundelse, styrke og kilde.',
  about: about => `Tjenesten dækker: ${about}.`,
  part: 'Velkommen',
  demonstration: 'Demonstration. Alle patienter er opdigtede; må ikke bruges i klinikken.',
  patients: 'Seks patienter',
  patientsLead: 'Ét klik åbner patienten i værkstedet: kortene, som et journalsystem viser dem, og ved siden af hvorfor de kom.',
  open: 'Åbn i værkstedet',
  shortForm: 'Det korte skema',
  pages: 'Læs anbefalingerne',
  programs: 'Prøv selv',
  integrators: 'For den, der forbinder et journalsystem',
  places: {
    workbench: {
      name: 'Værksted',
      text: 'Patient, kort og begrundelse side om side. Skift et svar eller en dato, og se hvad der ændrer sig.',
    },
    consultation: {
      name: 'Kun det, der ændrer rådet',
      text: 'Ét skærmbillede med de spørgsmål, hvis svar gør en forskel for netop denne patient.',
    },
    startBack: { name: 'STarT Back', text: 'Skemaet med score, mens det udfyldes; på papir, skærm eller patientens egen telefon.' },
    guidelines: { name: 'Anbefalinger', text: 'Hver anbefaling med styrke, tillid til evidensen, betingelser og kilde.' },
    review: { name: 'Gennemgang', text: 'Alle planer som beslutningstabeller, til den kliniske ejer.' },
    quality: { name: 'Praksisrapport', text: 'Hvad der blev gjort ved kortene, uge for uge, ved siden af andre praksisser.' },
  },
  interfaces: {
    discovery: { name: '/cds-services', text: 'CDS Hooks discovery' },
    openapi: { name: '/openapi.json', text: 'alle adresser som OpenAPI' },
    knowledge: { name: '/fhir/PlanDefinition', text: 'reglerne som FHIR R4' },
    health: { name: '/health/ready', text: 'om tjenesten tager imod kald' },
    fhir: { name: 'FHIR-server', text: 'demonstrationens patienter' },
  },
}

const en: FrontWords = {
  title: 'Decision support by the guidelines',
  lead: 'A CDS Hooks service: an EHR asks, and the answer is few cards with reasons, strength and source.',
  about: about => `It covers: ${about}.`,
  part: 'Welcome',
  demonstration: 'Demonstration. All patients are invented; not for clinical use.',
  patients: 'Six patients',
  patientsLead: 'One click opens the patient in the workbench: the cards as an EHR shows them, and beside them why they came.',
  open: 'Open in the workbench',
  shortForm: 'The short form',
  pages: 'Read the recommendations',
  programs: 'Try it yourself',
  integrators: 'For whoever connects an EHR',
  places: {
    workbench: { name: 'Workbench', text: 'Patient, cards and reasons side by side. Change an answer or a date, and see what changes.' },
    consultation: {
      name: 'Only what can change the advice',
      text: 'One screen with the questions whose answers matter for this very patient.',
    },
    startBack: {
      name: 'STarT Back',
      text: 'The form with its score as it is filled in; on paper, on a screen or on the patient’s own phone.',
    },
    guidelines: { name: 'Recommendations', text: 'Each recommendation with strength, confidence in the evidence, conditions and source.' },
    review: { name: 'Review', text: 'All plans as decision tables, for their clinical owner.' },
    quality: { name: 'Practice report', text: 'What was done with the cards, week by week, beside other practices.' },
  },
  interfaces: {
    discovery: { name: '/cds-services', text: 'CDS Hooks discovery' },
    openapi: { name: '/openapi.json', text: 'all addresses as OpenAPI' },
    knowledge: { name: '/fhir/PlanDefinition', text: 'the rules as FHIR R4' },
    health: { name: '/health/ready', text: 'whether the service takes calls' },
    fhir: { name: 'FHIR server', text: 'the patients of the demonstration' },
  },
}

/** The words of the first page in a language, in English where there are none. */
export const frontWords = (language: string): FrontWords => (language === 'da' ? da : en)
