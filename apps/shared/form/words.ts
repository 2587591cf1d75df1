import type { AnswerFault } from './faults.js'

/** The words of the form itself; questions and options bring their own. */
export interface FormWords {
  yes: string
  no: string
  /** The state of a question that has no answer, whoever asks it. */
  notAsked: string
  noneOfThese: string
  /** Read to those who cannot see that the rest of a group becomes no. */
  noneOfTheseOf: (group: string) => string
  choose: string
  required: string
  addRow: (group: string) => string
  removeRow: (group: string, place: number) => string
  row: (group: string, place: number) => string
  between: (least: number, most: number) => string
  fault: (fault: AnswerFault) => string
}

const amount = (value: number, unit: string | undefined): string => (unit === undefined ? String(value) : `${value} ${unit}`)

const DANISH: FormWords = {
  yes: 'Ja',
  no: 'Nej',
  notAsked: 'Ikke besvaret',
  noneOfThese: 'Ingen af disse',
  noneOfTheseOf: group => `Ingen af disse: svar nej på resten under ${group}`,
  choose: 'Vælg',
  required: 'skal besvares',
  addRow: group => `Tilføj: ${group}`,
  removeRow: (group, place) => `Fjern ${group} ${place}`,
  row: (group, place) => `${group} ${place}`,
  between: (least, most) => `${least}–${most}`,
  fault(fault) {
    switch (fault.kind) {
      case 'missing':
        return 'Spørgsmålet mangler et svar.'
      case 'no-number':
        return 'Skriv et tal, for eksempel 37,5.'
      case 'no-whole-number':
        return 'Skriv et helt tal.'
      case 'no-date':
        return 'Skriv en dato, der findes.'
      case 'too-low':
        return `Tallet er for lavt: det mindste er ${amount(fault.least, fault.unit)}.`
      case 'too-high':
        return `Tallet er for højt: det højeste er ${amount(fault.most, fault.unit)}.`
    }
  },
}

const ENGLISH: FormWords = {
  yes: 'Yes',
  no: 'No',
  notAsked: 'Not answered',
  noneOfThese: 'None of these',
  noneOfTheseOf: group => `None of these: answer no to the rest of ${group}`,
  choose: 'Choose',
  required: 'must be answered',
  addRow: group => `Add: ${group}`,
  removeRow: (group, place) => `Remove ${group} ${place}`,
  row: (group, place) => `${group} ${place}`,
  between: (least, most) => `${least}–${most}`,
  fault(fault) {
    switch (fault.kind) {
      case 'missing':
        return 'This question has no answer.'
      case 'no-number':
        return 'Write a number, such as 37.5.'
      case 'no-whole-number':
        return 'Write a whole number.'
      case 'no-date':
        return 'Write a date that exists.'
      case 'too-low':
        return `The number is too low: the least is ${amount(fault.least, fault.unit)}.`
      case 'too-high':
        return `The number is too high: the most is ${amount(fault.most, fault.unit)}.`
    }
  },
}

/** The words of the form in a language. */
export const formWords = (language: string): FormWords => (language === 'en' ? ENGLISH : DANISH)
