import type { InLanguages } from '../shared/language.js'

interface StartBackWords {
  title: string
  lead: string
  chooseFirst: string
  loading: string
  form: string
  missing: (count: number) => string
  whole: string
  score: string
  inRecord: string
  withAnswers: string
  total: string
  subscore: string
  of: (value: number, most: number) => string
  risks: Readonly<Record<string, string>>
  incomplete: string
  /** Beside a group that the missing answers cannot change. */
  incompleteSame: (items: readonly string[]) => string
  scoring: string
  noScore: string
  advice: string
  getAdvice: string
  save: string
  saving: string
  saved: (where: string) => string
  unsaved: string
  clear: string
  saveForm: string
  fetched: (place: number) => string
  replaceAnswers: (unsaved: number, place: number) => string
}

export const startBackWords: InLanguages<StartBackWords> = {
  da: {
    title: 'STarT Back',
    lead: 'Tast patientens svar, eller lad patienten svare selv. Tjenesten regner scoren ud for hvert svar.',
    chooseFirst: 'Vælg en patient for at begynde.',
    loading: 'Patientens data hentes …',
    form: 'Svar',
    missing: count => (count === 1 ? '1 emne mangler' : `${count} emner mangler`),
    whole: 'Alle emner er besvaret',
    score: 'Risikogruppe',
    inRecord: 'Efter journalen',
    withAnswers: 'Med svarene her, endnu ikke gemt',
    total: 'Samlet score',
    subscore: 'Delscore, psykosocial',
    of: (value, most) => `${value} af ${most}`,
    risks: { low: 'Lav risiko', medium: 'Middel risiko', high: 'Høj risiko' },
    incomplete: 'Svarene rækker ikke til en gruppe endnu.',
    incompleteSame: items =>
      `Skemaet er ufuldstændigt: ${items.length === 1 ? 'spørgsmål' : 'spørgsmålene'} ${items.join(', ')} mangler. Gruppen er den samme, uanset hvad der svares.`,
    scoring: 'Scoren regnes ud …',
    noScore: 'Tjenesten viser ingen gruppe for patienten lige nu.',
    advice: 'Råd',
    getAdvice: 'regne scoren ud',
    save: 'Gem i journalen',
    saving: 'Gemmer …',
    saved: where => `Skemaet er gemt i journalen som ${where}.`,
    unsaved: 'Svarene er ikke gemt',
    clear: 'Ryd svar',
    saveForm: 'gemme skemaet',
    fetched: place => `Svarene fra link ${place} står i skemaet. Se dem igennem, og gem.`,
    replaceAnswers: (unsaved, place) =>
      `${unsaved === 1 ? 'Et svar i skemaet er ikke gemt' : `${unsaved} svar i skemaet er ikke gemt`}. Skal svarene fra link ${place} træde i stedet?`,
  },
  en: {
    title: 'STarT Back',
    lead: "Put in the patient's answers, or let the patient answer. The service works out the score with each answer.",
    chooseFirst: 'Choose a patient to begin.',
    loading: "Loading the patient's data …",
    form: 'Answers',
    missing: count => (count === 1 ? '1 item is missing' : `${count} items are missing`),
    whole: 'All items are answered',
    score: 'Risk group',
    inRecord: 'By the record',
    withAnswers: 'With the answers here, not saved yet',
    total: 'Total score',
    subscore: 'Psychosocial sub-score',
    of: (value, most) => `${value} of ${most}`,
    risks: { low: 'Low risk', medium: 'Medium risk', high: 'High risk' },
    incomplete: 'The answers do not make a group yet.',
    incompleteSame: items =>
      `The form is incomplete: ${items.length === 1 ? 'item' : 'items'} ${items.join(', ')} missing. The group is the same whatever is answered.`,
    scoring: 'Working out the score …',
    noScore: 'The service shows no group for the patient right now.',
    advice: 'Advice',
    getAdvice: 'work out the score',
    save: 'Save in the record',
    saving: 'Saving …',
    saved: where => `The form is saved in the record as ${where}.`,
    unsaved: 'The answers are not saved',
    clear: 'Clear answers',
    saveForm: 'save the form',
    fetched: place => `The answers of link ${place} stand in the form. Look them over, and save.`,
    replaceAnswers: (unsaved, place) =>
      `${unsaved === 1 ? 'One answer in the form is not saved' : `${unsaved} answers in the form are not saved`}. Put the answers of link ${place} in their place?`,
  },
}
