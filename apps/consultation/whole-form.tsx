import { askedBy } from '../shared/form/answers.js'
import { ItemsView } from '../shared/form/form-view.js'
import { formWords } from '../shared/form/words.js'
import { pageLanguage } from '../shared/language.js'
import type { Forms } from './use-forms.js'

/** All of the forms, as their own conditions open them. */
export function WholeForm({ forms }: { forms: Forms }) {
  return (
    <>
      {[...forms.byUrl.values()].map(form => {
        const { answers, direct } = forms.filledOf(form)
        return (
          <section key={form.canonical} class="section" aria-label={form.title}>
            <h2>{form.title}</h2>
            <ItemsView
              items={form.items}
              state={{
                answers,
                isAsked: askedBy(form, answers, direct),
                onAnswer: given => forms.answer(form, given, false),
                words: formWords(pageLanguage()),
                prefix: 'whole',
              }}
            />
          </section>
        )
      })}
    </>
  )
}
