/** Puts the focus on the question behind one, where there is another. */
export function focusNextQuestion(from: Element): void {
  const questions = [...document.querySelectorAll<HTMLElement>('[data-question]')]
  const next = questions[questions.indexOf(from as HTMLElement) + 1]
  next?.querySelector<HTMLElement>('input:checked, input, select, textarea')?.focus()
}
