import type { QuestionnaireResponse } from 'fhir/r4.js'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { answerCount, askedBy, NO_ANSWERS, type Answers } from '../shared/form/answers.js'
import type { Form } from '../shared/form/definition.js'
import { fromResponse, toResponse } from '../shared/form/response.js'
import { authorIn, responsesTo, type Session } from '../shared/session.js'

/** What is answered of a form in a session. */
export interface Filled {
  answers: Answers
  /** Questions that were answered in the short form, where the conditions of the whole form do not count. */
  direct: ReadonlySet<string>
  /** The draft that was saved before, and is gone on with. */
  draft?: QuestionnaireResponse
}

/** The forms of a session and what is answered of them. */
export interface Forms {
  /** By the canonical without version, as questions name their form. */
  byUrl: ReadonlyMap<string, Form>
  filledOf: (form: Form) => Filled
  /** @param isDirect whether in the short form. */
  answer: (form: Form, answers: Answers, isDirect: boolean) => void
  /** How many answers are not saved. */
  unsaved: number
  /** Whether there is anything to save as done: answers, or a draft. */
  canBeDone: boolean
  /** What is answered, as FHIR: forms with an answer that is not saved and, as done, those that were a draft. */
  responses: (status: 'completed' | 'in-progress', authored: string) => QuestionnaireResponse[]
}

const NOTHING: Filled = { answers: NO_ANSWERS, direct: new Set() }

/** Keeps what is answered in a session; another session begins with its own drafts. */
export function useForms(forms: readonly Form[], session: Session): Forms {
  const begun = useMemo(() => new Map(forms.map(form => [form, begin(form, session)] as const)), [forms, session])
  const [filled, setFilled] = useState(begun)
  useEffect(() => setFilled(begun), [begun])
  const filledOf = (form: Form) => filled.get(form) ?? NOTHING
  const isChanged = (form: Form) => filledOf(form).answers !== begun.get(form)?.answers
  const author = authorIn(session)
  const changed = forms.filter(isChanged)
  const open = forms.filter(form => isChanged(form) || filledOf(form).draft !== undefined)
  return {
    byUrl: useMemo(() => new Map(forms.map(form => [form.canonical.split('|', 1)[0] ?? '', form] as const)), [forms]),
    filledOf,
    answer(form, answers, isDirect) {
      const before = filledOf(form)
      const isNew = (linkId: string) => before.answers.values[linkId] === undefined
      const direct = isDirect ? [...before.direct, ...Object.keys(answers.values).filter(isNew)] : before.direct
      setFilled(new Map(filled).set(form, { ...before, answers, direct: new Set(direct) }))
    },
    unsaved: changed.reduce((sum, form) => sum + answerCount(filledOf(form).answers), 0),
    canBeDone: open.length > 0,
    responses: (status, authored) =>
      (status === 'completed' ? open : changed).map(form => {
        const { answers, direct, draft } = filledOf(form)
        return toResponse(form, answers, askedBy(form, answers, direct), {
          ...(draft?.id !== undefined && { id: draft.id }),
          ...(draft?.identifier && { identifier: draft.identifier }),
          status,
          subject: `Patient/${session.patientId}`,
          authored,
          ...(author !== undefined && { author }),
        })
      }),
  }
}

/** A form as the record holds it: the newest, where it was saved before it was done. */
function begin(form: Form, session: Session): Filled {
  const [newest] = responsesTo(form.canonical, session)
  if (newest?.status !== 'in-progress') return NOTHING
  const answers = fromResponse(form, newest)
  return { answers, direct: new Set(Object.keys(answers.values)), draft: newest }
}
