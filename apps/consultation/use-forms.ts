import type { QuestionnaireResponse } from 'fhir/r4.js'
import { useMemo, useState } from 'preact/hooks'
import { answerCount, askedBy, NO_ANSWERS, type Answers } from '../shared/form/answers.js'
import type { Form } from '../shared/form/definition.js'
import { fromResponse, toResponse } from '../shared/form/response.js'
import { keptAnswers, useKeeping, type FoundForm, type KeptForm } from '../shared/kept-answers.js'
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
  /** How many of them were given before the page was loaded anew. */
  resumed: number
  /** Whether answers were given before that do not fit what the record holds now. */
  isOutdated: boolean
  /** Goes back to what the record holds. */
  discard: () => void
  /** Whether there is anything to save as done: answers, or a draft. */
  canBeDone: boolean
  /** What is answered, as FHIR: forms with an answer that is not saved and, as done, those that were a draft. */
  responses: (status: 'completed' | 'in-progress', authored: string) => QuestionnaireResponse[]
}

const NOTHING: Filled = { answers: NO_ANSWERS, direct: new Set() }

/** Keeps what is answered in a session; another session begins with its own drafts. */
export function useForms(forms: readonly Form[], session: Session): Forms {
  const begun = useMemo(() => new Map(forms.map(form => [form, begin(form, session)] as const)), [forms, session])
  const kept = useMemo(() => keptAnswers(session), [])
  const [given, setGiven] = useState(() => ({ of: begun, filled: resume(begun, kept) }))
  // What is given belongs to the record as it was read: after a save it begins with what was saved.
  const filled = given.of === begun ? given.filled : begun
  const [resumed, setResumed] = useState(() =>
    countIn(
      forms.filter(form => filled.get(form) !== begun.get(form)),
      filled,
    ),
  )
  const filledOf = (form: Form) => filled.get(form) ?? NOTHING
  const isChanged = (form: Form) => filledOf(form).answers !== begun.get(form)?.answers
  const author = authorIn(session)
  const changed = forms.filter(isChanged)
  const open = forms.filter(form => isChanged(form) || filledOf(form).draft !== undefined)
  useKeeping(session, new Map(changed.map(form => [form.canonical, keptOf(filledOf(form))] as const)), [filled])
  return {
    byUrl: useMemo(() => new Map(forms.map(form => [form.canonical.split('|', 1)[0] ?? '', form] as const)), [forms]),
    filledOf,
    answer(form, answers, isDirect) {
      const before = filledOf(form)
      const isNew = (linkId: string) => before.answers.values[linkId] === undefined
      const direct = isDirect ? [...before.direct, ...Object.keys(answers.values).filter(isNew)] : before.direct
      setGiven({ of: begun, filled: new Map(filled).set(form, { ...before, answers, direct: new Set(direct) }) })
    },
    unsaved: countIn(changed, filled),
    resumed: given.of === begun ? resumed : 0,
    isOutdated: given.of === begun && [...kept.values()].some(({ isOutdated }) => isOutdated),
    discard() {
      setResumed(0)
      setGiven({ of: begun, filled: begun })
    },
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

const countIn = (forms: readonly Form[], filled: ReadonlyMap<Form, Filled>): number =>
  forms.reduce((sum, form) => sum + answerCount(filled.get(form)?.answers ?? NO_ANSWERS), 0)

/** What the record holds, with the answers that were kept beside the same. */
const resume = (begun: ReadonlyMap<Form, Filled>, kept: ReadonlyMap<string, FoundForm>): ReadonlyMap<Form, Filled> =>
  new Map(
    [...begun].map(([form, filled]) => {
      const { answers, direct = [], isOutdated = true } = kept.get(form.canonical) ?? {}
      return [form, answers === undefined || isOutdated ? filled : { ...filled, answers, direct: new Set(direct) }] as const
    }),
  )

const keptOf = ({ answers, direct }: Filled): KeptForm => ({ answers, direct: [...direct] })

/** A form as the record holds it: the newest, where it was saved before it was done. */
function begin(form: Form, session: Session): Filled {
  const [newest] = responsesTo(form.canonical, session)
  if (newest?.status !== 'in-progress') return NOTHING
  const answers = fromResponse(form, newest)
  return { answers, direct: new Set(Object.keys(answers.values)), draft: newest }
}
