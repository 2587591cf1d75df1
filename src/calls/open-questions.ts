import type { Questionnaire } from 'fhir/r4.js'

/** An action whose advice an answer can change. */
export interface QuestionedAction {
  /** Canonical of the service's plan. */
  plan: string
  action: string
  /** Its title, else how its text begins; `…` stands for what is computed. */
  title: string
  points: readonly string[]
  /** Of the card that it would become. */
  indicator: 'info' | 'warning' | 'critical'
}

/** A question that can change the advice, and which advice. */
export interface OpenQuestion {
  linkId: string
  /** Canonical of the questionnaire that asks it, without version. */
  questionnaire: string
  actions: QuestionedAction[]
  /** Whether an answer can bring a critical card. */
  isAcute: boolean
  /** Whether it stands here untried, since its answers cannot be listed or the time ran out. */
  isUntried?: true
}

/** What could still be asked of a patient that can change the advice of a service. */
export interface OpenQuestions {
  service: string
  /** Where the client is answered without the cards. */
  shadow?: true
  clock: { now: string; today: string }
  /** Data that was not read, and why. */
  notRead: { key: string; reason: string }[]
  /** Each question once, acute signs first, then in the order of their forms. */
  items: OpenQuestion[]
  /**
   * The forms of these questions, each cut down to them with the groups around them: same canonicals, linkIds and options,
   * in the language of the reply; `enableWhen` stands where all that it depends on does.
   */
  questionnaires: Questionnaire[]
  /** How many questions the undecided conditions look at, and how many of them no single answer decides. */
  counted: { lookedAt: number; decideNothing: number; untried: number }
}
