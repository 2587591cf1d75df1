import type { AppName } from '../browser-apps/app-list.js'

/** What stands around a program before it runs. */
interface AppWords {
  titles: Readonly<Record<AppName, string>>
  loading: string
  needsScript: string
  footer: string
}

const WORDS: Readonly<Record<string, AppWords>> = {
  da: {
    titles: {
      workbench: 'Værksted',
      consultation: 'Kun det, der ændrer rådet',
      'start-back': 'STarT Back',
      'start-back-patient': 'Spørgeskema',
      case: 'Hvorfor dette kort?',
    },
    footer: 'Det, du ser om en patient, er kun i denne fane og forsvinder med den.',
    loading: 'Siden hentes …',
    needsScript: 'Siden er et program og virker kun i en browser, der må køre JavaScript. Anbefalingerne kan læses uden.',
  },
  en: {
    titles: {
      workbench: 'Workbench',
      consultation: 'Only what can change the advice',
      'start-back': 'STarT Back',
      'start-back-patient': 'Questionnaire',
      case: 'Why this card?',
    },
    footer: 'What you see of a patient is in this tab only, and goes with it.',
    loading: 'Loading …',
    needsScript: 'This page is a program and needs a browser that may run JavaScript. The recommendations can be read without.',
  },
}

/** The words around programs in a language, in English where there are none. */
export const appWords = (language: string): AppWords => (WORDS[language] ?? WORDS.en) as AppWords
