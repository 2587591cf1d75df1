import type { Questionnaire, QuestionnaireItem, QuestionnaireItemEnableWhen, QuestionnaireResponseItemAnswer } from 'fhir/r4.js'

/** Answers to the questions of a form, by linkId. */
export type GivenAnswers = ReadonlyMap<string, readonly QuestionnaireResponseItemAnswer[]>

/** What is wanted of a form. */
export interface Wanted {
  /** LinkIds of the questions that are to be asked. */
  asked: ReadonlySet<string>
  /** Those of them that come first. */
  first: ReadonlySet<string>
  /** What is answered already and is not asked again. */
  given: GivenAnswers
}

/** A form cut down to some of its questions. */
export interface ShortForm {
  form: Questionnaire
  /** Questions that are shown only once another one is answered. */
  behind: ReadonlySet<string>
  /** Questions that are only there to open others. */
  openers: ReadonlySet<string>
}

/**
 * Cuts a form down to some questions with the groups around them and what opens them: a question of the form that only
 * opens others keeps the options that do. What no answer can open any more is left out.
 */
export function shortForm(form: Questionnaire, wanted: Wanted): ShortForm {
  return new Cutting(form, wanted).result()
}

/** The questions of a form and its groups, in their order, each with those around it, outermost first. */
export function itemsOfForm({
  item = [],
}: Pick<Questionnaire, 'item'>): { item: QuestionnaireItem; around: readonly QuestionnaireItem[] }[] {
  const within = (each: QuestionnaireItem, around: readonly QuestionnaireItem[]): ReturnType<typeof itemsOfForm> => [
    { item: each, around },
    ...(each.item ?? []).flatMap(inside => within(inside, [...around, each])),
  ]
  return item.flatMap(each => within(each, []))
}

class Cutting {
  private readonly ways: ReadonlyMap<string, readonly QuestionnaireItem[]>
  /** LinkIds of the questions that stay. */
  private readonly kept = new Set<string>()
  private readonly openers = new Set<string>()
  private readonly shut = new Set<string>()

  constructor(
    private readonly form: Questionnaire,
    private readonly wanted: Wanted,
  ) {
    this.ways = new Map(itemsOfForm(form).map(({ item, around }) => [item.linkId, [...around, item]]))
    for (const linkId of wanted.asked) this.kept.add(linkId)
    for (const linkId of wanted.asked) if (!this.opens(linkId)) this.shut.add(linkId)
    for (const linkId of this.shut) this.kept.delete(linkId)
  }

  result(): ShortForm {
    const behind = [...this.kept].filter(linkId => this.isBehind(linkId))
    const { item: _, ...rest } = this.form
    const item = this.sorted(this.form.item ?? [], new Set(behind))
    return { form: { ...rest, ...(item.length > 0 && { item }) }, behind: new Set(behind), openers: this.openers }
  }

  /** Sees to it that a question can be reached, by questions that open it where none does. */
  private opens(linkId: string, asking: ReadonlySet<string> = new Set()): boolean {
    if (asking.has(linkId)) return false
    return (this.ways.get(linkId) ?? []).every(item => this.opensItem(item, new Set([...asking, linkId])))
  }

  private opensItem(item: QuestionnaireItem, asking: ReadonlySet<string>): boolean {
    const open = this.conditionsLeft(item)
    if (open === 'met') return true
    const canBeMet = open.filter(({ question }) => !this.wanted.given.has(question))
    if (isAny(item)) {
      if (canBeMet.some(({ question }) => this.kept.has(question) && !asking.has(question))) return true
      return canBeMet.some(({ question }) => this.addOpener(question, asking))
    }
    return canBeMet.length === open.length && open.every(({ question }) => this.kept.has(question) || this.addOpener(question, asking))
  }

  private addOpener(linkId: string, asking: ReadonlySet<string>): boolean {
    if (!this.opens(linkId, asking)) return false
    this.kept.add(linkId)
    this.openers.add(linkId)
    return true
  }

  /** The conditions under which the form shows an item that the given answers do not meet; `met` where it is shown by them. */
  private conditionsLeft(item: QuestionnaireItem): readonly QuestionnaireItemEnableWhen[] | 'met' {
    const conditions = item.enableWhen ?? []
    const left = conditions.filter(condition => !isMet(condition, this.wanted.given.get(condition.question)))
    return left.length === 0 || (isAny(item) && left.length < conditions.length) ? 'met' : left
  }

  private isBehind(linkId: string): boolean {
    return (this.ways.get(linkId) ?? []).some(item => this.conditionsLeft(item) !== 'met')
  }

  private sorted(items: readonly QuestionnaireItem[], behind: ReadonlySet<string>): QuestionnaireItem[] {
    const ranked = items.flatMap(item => this.cut(item, behind) ?? [])
    return ranked.toSorted((one, other) => one.rank - other.rank).map(({ item }) => item)
  }

  private cut(item: QuestionnaireItem, behind: ReadonlySet<string>): { item: QuestionnaireItem; rank: number } | undefined {
    if (item.type !== 'group') return this.isLeft(item) ? { item: this.shown(item), rank: this.rankOf(item.linkId, behind) } : undefined
    const questions = itemsOfForm({ item: item.item }).filter(each => this.kept.has(each.item.linkId))
    if (questions.length === 0) return undefined
    const rank = Math.min(...questions.map(each => this.rankOf(each.item.linkId, behind)))
    return { item: { ...this.shown(item), item: this.sorted(item.item ?? [], behind) }, rank }
  }

  /** A display stands beside the questions of its group. */
  private readonly isLeft = ({ type, linkId, enableWhen }: QuestionnaireItem): boolean =>
    type === 'display' ? enableWhen === undefined : this.kept.has(linkId)

  /** What comes first, then what is shown at once, then what is shown by and by, then what opens it. */
  private rankOf(linkId: string, behind: ReadonlySet<string>): number {
    if (this.openers.has(linkId)) return RANK.opener
    if (behind.has(linkId)) return RANK.behind
    return this.wanted.first.has(linkId) || !this.kept.has(linkId) ? RANK.first : RANK.shown
  }

  private shown(item: QuestionnaireItem): QuestionnaireItem {
    const { enableWhen: _, enableBehavior, answerOption, ...rest } = item
    const left = this.conditionsLeft(item)
    const conditions = left === 'met' ? [] : left.filter(({ question }) => this.kept.has(question))
    const options = this.openers.has(item.linkId) ? answerOption?.filter(option => this.isOpening(item.linkId, option)) : answerOption
    return {
      ...rest,
      ...(options && { answerOption: options }),
      ...(conditions.length > 0 && { enableWhen: conditions }),
      ...(conditions.length > 1 && { enableBehavior: enableBehavior ?? 'all' }),
    }
  }

  private isOpening(linkId: string, { valueCoding }: NonNullable<QuestionnaireItem['answerOption']>[number]): boolean {
    const shown = [...this.kept].flatMap(each => this.ways.get(each) ?? [])
    return shown.some(({ enableWhen = [] }) =>
      enableWhen.some(({ question, answerCoding }) => question === linkId && (!answerCoding || answerCoding.code === valueCoding?.code)),
    )
  }
}

const RANK = { first: 0, shown: 1, behind: 2, opener: 3 }

const isAny = ({ enableWhen = [], enableBehavior }: QuestionnaireItem): boolean => enableWhen.length === 1 || enableBehavior === 'any'

/** Whether answers meet a condition of `enableWhen`, of the operators that our forms use. */
function isMet(condition: QuestionnaireItemEnableWhen, answers: readonly QuestionnaireResponseItemAnswer[] | undefined): boolean {
  const { operator, answerBoolean, answerCoding } = condition
  if (operator === 'exists') return (answers !== undefined) === answerBoolean
  return (answers ?? []).some(({ valueBoolean, valueCoding }) =>
    answerCoding ? valueCoding?.code === answerCoding.code : valueBoolean !== undefined && valueBoolean === answerBoolean,
  )
}
