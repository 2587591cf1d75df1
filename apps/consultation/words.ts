import type { InLanguages } from '../shared/language.js'

interface ConsultationWords {
  title: string
  lead: string
  short: string
  whole: string
  forms: string
  acute: string
  left: (count: number) => string
  nothingLeft: string
  asking: string
  keys: string
  adviceNow: string
  noAdvice: string
  cards: (count: number) => string
  save: string
  saveDraft: string
  saving: string
  saved: (count: number) => string
  savedAs: (where: string) => string
  draftSaved: string
  goesOn: (date: string) => string
  unsaved: (count: number) => string
  nothingToSave: string
  mendFirst: string
  advice: string
  ask: string
  saveForm: string
  service: string
  chooseFirst: string
}

export const consultationWords: InLanguages<ConsultationWords> = {
  da: {
    title: 'Kun det, der ændrer rådet',
    lead: 'Her står de spørgsmål, hvis svar kan ændre rådene for patienten lige nu. Rådene følger svarene.',
    short: 'Kort skema',
    whole: 'Hele skemaet',
    forms: 'Skema',
    acute: 'Akutte tegn',
    left: count => (count === 1 ? '1 spørgsmål kan ændre rådet' : `${count} spørgsmål kan ændre rådet`),
    nothingLeft: 'Intet svar mere kan ændre rådet.',
    asking: 'Spørger tjenesten …',
    keys: 'Taster: J ja, N nej, mellemrum ikke besvaret, Tab næste.',
    adviceNow: 'Råd nu',
    noAdvice: 'Ingen råd lige nu.',
    cards: count => (count === 1 ? '1 kort' : `${count} kort`),
    save: 'Gem svar',
    saveDraft: 'Gem kladde',
    saving: 'Gemmer …',
    saved: count => (count === 1 ? 'Skemaet er gemt i journalen.' : `${count} skemaer er gemt i journalen.`),
    savedAs: where => `Gemt som ${where}.`,
    draftSaved: 'Kladden er gemt i journalen.',
    goesOn: date => `Fortsætter kladden fra ${date}.`,
    unsaved: count => (count === 1 ? '1 svar er ikke gemt' : `${count} svar er ikke gemt`),
    nothingToSave: 'Der er ingen svar at gemme.',
    mendFirst: 'Ret det felt, der er markeret, før skemaet gemmes.',
    advice: 'hente rådene',
    ask: 'finde de spørgsmål, der kan ændre rådet',
    saveForm: 'gemme skemaet',
    service: 'Råd fra',
    chooseFirst: 'Vælg en patient for at se, hvad der kan ændre rådet.',
  },
  en: {
    title: 'Only what can change the advice',
    lead: 'These are the questions whose answers can change the advice for the patient right now. The advice follows the answers.',
    short: 'Short form',
    whole: 'The whole form',
    forms: 'Form',
    acute: 'Urgent signs',
    left: count => (count === 1 ? '1 question can change the advice' : `${count} questions can change the advice`),
    nothingLeft: 'No further answer can change the advice.',
    asking: 'Asking the service …',
    keys: 'Keys: Y yes, N no, space not answered, Tab next.',
    adviceNow: 'Advice now',
    noAdvice: 'No advice right now.',
    cards: count => (count === 1 ? '1 card' : `${count} cards`),
    save: 'Save answers',
    saveDraft: 'Save as draft',
    saving: 'Saving …',
    saved: count => (count === 1 ? 'The form is saved in the record.' : `${count} forms are saved in the record.`),
    savedAs: where => `Saved as ${where}.`,
    draftSaved: 'The draft is saved in the record.',
    goesOn: date => `Goes on with the draft of ${date}.`,
    unsaved: count => (count === 1 ? '1 answer is not saved' : `${count} answers are not saved`),
    nothingToSave: 'There are no answers to save.',
    mendFirst: 'Mend the marked field before the form is saved.',
    advice: 'get the advice',
    ask: 'find the questions that can change the advice',
    saveForm: 'save the form',
    service: 'Advice from',
    chooseFirst: 'Choose a patient to see what can change the advice.',
  },
}
