import type { FhirResource, Questionnaire, QuestionnaireItem, QuestionnaireResponse, QuestionnaireResponseItemAnswer } from 'fhir/r4.js'
import { Decisions, type AskedAction } from '../engine/apply/decisions.js'
import { describeAction } from '../engine/apply/describe-action.js'
import { QuestionsBehind } from '../engine/apply/questions-behind.js'
import type { Scope } from '../engine/expression/scope.js'
import { INDICATOR } from '../engine/knowledge/indicators.js'
import { limitsIn, possibleAnswers } from '../engine/knowledge/possible-answers.js'
import { itemsOfForm, shortForm, type GivenAnswers } from '../engine/knowledge/short-form.js'
import { urlOf } from '../engine/model/canonical.js'
import { inOneLanguage } from '../engine/model/in-one-language.js'
import { ofType } from '../engine/model/knowledge-file.js'
import type { Indicator, HookRequest } from '../cds-hooks/types.js'
import type { CdsService } from '../knowledge-files/services.js'
import { toldNotRead, type ToldNotRead } from '../patient-data/not-read.js'
import { behindCalls, gatheredBehindCalls } from './behind-calls.js'
import { scopeFor, withSilence, type GatheredCall } from './call-service.js'
import type { Arrival, CallEnvironment } from './environment.js'
import { inShadowOf } from './shadow.js'

/** An action whose advice an answer can change. */
export interface QuestionedAction {
  /** Canonical of the service's plan. */
  plan: string
  action: string
  /** Its title, else how its text begins; `…` stands for what is computed. */
  title: string
  points: readonly string[]
  /** Of the card that it would become. */
  indicator: Indicator
}

/** A question that can change the advice, and which advice. */
export interface OpenQuestion {
  linkId: string
  /** Canonical of the questionnaire that asks it, without version. */
  questionnaire: string
  /** What its answer can bring; else what it can rule out, where no single answer brings it. */
  actions: QuestionedAction[]
  /** Whether an answer can bring a critical card. */
  isAcute: boolean
  /** Whether its form shows it only after another answer. */
  isBehind?: true
  /** Whether it only opens other questions. */
  isOpener?: true
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
  notRead: ToldNotRead[]
  /** Each question once, acute signs first, then in the order of their forms. */
  items: OpenQuestion[]
  /**
   * The forms of these questions, each cut down to them with the groups around them: same canonicals, linkIds and options,
   * in the language of the reply; `enableWhen` stands where the form shows a question only after another answer.
   */
  questionnaires: Questionnaire[]
  counted: {
    /** Questions of all forms. */
    asked: number
    /** Those answered already, of which another answer would decide nothing more. */
    answered: number
    /** Those that no answer of makes a difference. */
    decideNothing: number
    /** Those in `items` that were not tried. */
    untried: number
    /** Those in `items` that are shown at once. */
    shownAtOnce: number
  }
}

/**
 * Answers which questions can still change the advice: it tries the answers to each on the actions that nobody can decide
 * yet. Same input as a call; nothing is remembered of it.
 * @throws CdsError as a call.
 */
export async function openQuestions(
  service: CdsService,
  request: HookRequest,
  language: string,
  environment: CallEnvironment,
  arrival: Arrival = {},
): Promise<OpenQuestions> {
  const call = await gatheredBehindCalls(service, request, environment, arrival, gathered => ({
    // Each answer is an evaluation of its own: the time that a call with silences has for all of its is not theirs together.
    ...withSilence(gathered, language, environment),
    stopAt: gathered.stopAt,
  }))
  const forms: FormTried[] = []
  for (const { resource } of ofType<Questionnaire>(environment.knowledge.files, 'Questionnaire')) {
    const trying = await behindCalls(environment.turns, () => new Trying(call, environment, resource))
    forms.push(await trying.tryAll())
  }
  const cut = forms.map(form => cutDown(form, language))
  const items = cut.flatMap(each => each.items)
  const questions = forms.flatMap(form => form.questions)
  return {
    service: service.id,
    ...(inShadowOf(service.id, arrival.caller) !== undefined && { shadow: true }),
    clock: { now: call.clock.now, today: call.clock.today },
    notRead: call.data.notRead.map(each => toldNotRead(each, language)),
    items: items.toSorted((one, other) => Number(other.isAcute) - Number(one.isAcute)),
    questionnaires: cut.flatMap(({ form }) =>
      form.item === undefined ? [] : [{ ...inOneLanguage(form, language, form.language ?? language), language }],
    ),
    counted: {
      asked: questions.length,
      answered: questions.filter(({ state }) => state === 'answered').length,
      decideNothing: questions.filter(question => question.state === 'tried' && !question.isWorthAsking).length,
      untried: items.filter(({ isUntried }) => isUntried).length,
      shownAtOnce: items.filter(({ isBehind }) => !isBehind).length,
    },
  }
}

/** What came of trying the answers to one question. */
interface QuestionTried {
  item: QuestionnaireItem
  state: 'answered' | 'tried' | 'untried'
  isWorthAsking: boolean
  /** What one of its answers can bring. */
  brings: ReadonlySet<AskedAction>
  /** What one of its answers can rule out that brings nothing else. */
  rulesOut: ReadonlySet<AskedAction>
}

interface FormTried {
  form: Questionnaire
  questions: readonly QuestionTried[]
  /** What is answered by answers that still count. */
  given: GivenAnswers
}

/** Part of the time of the call after which no further question is tried; the rest is for the reply. */
const TRYING_SHARE = 0.9

/** Tries the answers to the questions of one form, as if each were given now in a form that is finished and holds nothing else. */
class Trying {
  private readonly stopAt: number
  private readonly undecided: readonly AskedAction[]
  private readonly behind: QuestionsBehind
  private readonly finished: readonly QuestionnaireResponse[]

  constructor(
    private readonly call: GatheredCall,
    private readonly environment: CallEnvironment,
    private readonly form: Questionnaire,
  ) {
    this.stopAt = call.stopAt - environment.deadlineMs * (1 - TRYING_SHARE)
    this.undecided = this.undecidedIn(new Decisions(this.scopeWith(this.asIf)))
    this.behind = new QuestionsBehind(this.asIf, this.undecided, form => this.scopeWith(form, true))
    const responses = call.data.record.ofType('QuestionnaireResponse') as readonly QuestionnaireResponse[]
    this.finished = responses.filter(response => isFinished(response) && isTo(form, response))
  }

  async tryAll(): Promise<FormTried> {
    for (const action of this.undecided) await behindCalls(this.environment.turns, () => this.behind.learn(action))
    const questions: QuestionTried[] = []
    for (const { item } of itemsOfForm(this.form)) {
      if (item.type === 'group' || item.type === 'display') continue
      questions.push(await this.tryOne(item))
    }
    const tried = worthAsking(questions)
    const settled = tried.filter(({ isWorthAsking }) => !isWorthAsking).map(({ item: { linkId } }) => [linkId, this.given(linkId)] as const)
    return { form: this.form, questions: tried, given: new Map(settled.filter(([, answers]) => answers.length > 0)) }
  }

  private async tryOne(item: QuestionnaireItem): Promise<QuestionTried> {
    const nothing = { item, isWorthAsking: false, brings: new Set<AskedAction>(), rulesOut: new Set<AskedAction>() }
    if (this.undecided.length === 0) return { ...nothing, state: 'tried' }
    const open = this.undecided.filter(action => this.behind.canMatter(item.linkId, action))
    if (open.length === 0) return { ...nothing, state: this.given(item.linkId).length > 0 ? 'answered' : 'tried' }
    const answers = possibleAnswers(item, limitsIn(this.environment.knowledge.files), this.call.clock.today)
    if (answers === undefined || this.isLate()) return { ...nothing, state: 'untried', isWorthAsking: true }
    const effects: (Effect & { answer: QuestionnaireResponseItemAnswer })[] = []
    const withOthers = this.behind.besides(item.linkId)
    for (const answer of answers)
      effects.push({
        answer,
        ...(await this.effectIn(open, () =>
          withOthers(this.scopeWith({ ...this.asIf, item: [{ linkId: item.linkId, answer: [answer] }] })),
        )),
      })
    const isAnswered = await this.isAnswered(item.linkId, effects)
    if (this.isLate() || effects.some(({ isCertain }) => !isCertain)) return { ...nothing, state: 'untried', isWorthAsking: true }
    if (isAnswered) return { ...nothing, state: 'answered' }
    const [brings, rulesOut] = [effects.flatMap(effect => effect.brings), effects.flatMap(effect => effect.rulesOut)]
    return { ...nothing, state: 'tried', brings: new Set(brings), rulesOut: new Set(rulesOut) }
  }

  private isLate = (): boolean => performance.now() > this.stopAt

  /**
   * What comes of actions that were undecided, each time in a turn of its own, so that others are answered in between, and nothing once it is late. An answer that brings
   * something is given for that, whatever it puts off.
   */
  private async effectIn(actions: readonly AskedAction[], open: () => Scope): Promise<Effect> {
    return behindCalls(this.environment.turns, () => this.effectOn(actions, open))
  }

  private effectOn(actions: readonly AskedAction[], open: () => Scope): Effect {
    if (this.isLate()) return { isCertain: false, brings: [], rulesOut: [] }
    const decisions = new Decisions(open())
    const answers = actions.map(action => decisions.of(action))
    const brings = actions.filter((_, place) => answers[place] === 'yes')
    // What goes with the advice that it stands in is not ruled out itself: that advice was decided before.
    const rulesOut = brings.length > 0 ? [] : actions.filter(action => decisions.ofItself(action) === 'no')
    return { isCertain: !answers.includes('error'), brings, rulesOut }
  }

  /** Whether a finished form answers a question, and each answer that decides something now would have decided the same in its place: so that one still counts. */
  private async isAnswered(linkId: string, effects: readonly (Effect & { answer: QuestionnaireResponseItemAnswer })[]): Promise<boolean> {
    const answering = new Set<FhirResource>(this.finished.filter(({ item }) => answersTo(linkId, item).length > 0))
    if (answering.size === 0) return false
    for (const { answer, brings, rulesOut } of effects) {
      if (brings.length + rulesOut.length === 0) continue
      const inPlace = (record: FhirResource) =>
        answering.has(record) ? withAnswer(record as QuestionnaireResponse, linkId, answer) : record
      const then = await this.effectIn(this.undecided, () => this.scopeAsIf(records => records.map(inPlace)))
      const isSame = brings.every(action => then.brings.includes(action)) && rulesOut.every(action => then.rulesOut.includes(action))
      if (!isSame) return false
    }
    return true
  }

  private given(linkId: string): readonly QuestionnaireResponseItemAnswer[] {
    return this.finished.flatMap(({ item }) => answersTo(linkId, item))
  }

  /** What cards may show is undecided; a page shows what it shows whoever the patient is. */
  private undecidedIn(decisions: Decisions): AskedAction[] {
    const { service, request } = this.call
    const asked = service.plans.flatMap(plan => decisions.in(plan, request.hook))
    return asked.flatMap(({ asked: each, answer }) =>
      answer === 'cannot-tell' && !each.way.some(({ action }) => action.isOnlyOnPage) ? [each] : [],
    )
  }

  /** The form as if it were finished now, without an answer. */
  private get asIf(): Omit<QuestionnaireResponse, 'item'> {
    const { clock, request } = this.call
    return {
      resourceType: 'QuestionnaireResponse',
      id: AS_IF,
      status: 'completed',
      questionnaire: this.form.url ?? '',
      subject: { reference: `Patient/${request.context.patientId}` },
      authored: clock.now,
    }
  }

  private scopeWith(response: QuestionnaireResponse, isExplained = false): Scope {
    return this.scopeAsIf(records => [...records, response], isExplained)
  }

  private scopeAsIf(asIf: (responses: readonly FhirResource[]) => readonly FhirResource[], isExplained = false): Scope {
    return scopeFor(this.call, this.environment, isExplained, undefined, (records, type) =>
      type === 'QuestionnaireResponse' ? asIf(records) : records,
    )
  }
}

/** What an answer makes of undecided actions. */
interface Effect {
  /** Whether all could be evaluated in time. */
  isCertain: boolean
  brings: readonly AskedAction[]
  rulesOut: readonly AskedAction[]
}

/** Id of a form that nobody filled in. */
const AS_IF = 'as-if'

const isFinished = ({ status }: QuestionnaireResponse): boolean => status === 'completed' || status === 'amended'

const isTo = ({ url = '' }: Questionnaire, { questionnaire = '' }: QuestionnaireResponse): boolean => urlOf(questionnaire) === url

function answersTo(linkId: string, items: QuestionnaireResponse['item'] = []): QuestionnaireResponseItemAnswer[] {
  return items.flatMap(item => [
    ...(item.linkId === linkId ? (item.answer ?? []) : []),
    ...answersTo(linkId, item.item),
    ...answersTo(
      linkId,
      (item.answer ?? []).flatMap(answer => answer.item ?? []),
    ),
  ])
}

/** A form with another answer in place of those to one question. */
function withAnswer(response: QuestionnaireResponse, linkId: string, answer: QuestionnaireResponseItemAnswer): QuestionnaireResponse {
  const replaced = (items: NonNullable<QuestionnaireResponse['item']>): typeof items =>
    items.map(item => ({
      ...item,
      ...(item.linkId === linkId && item.answer && { answer: [answer] }),
      ...(item.item && { item: replaced(item.item) }),
    }))
  return { ...response, item: replaced(response.item ?? []) }
}

/** What can only be ruled out is worth a question where no single answer brings it: then it takes several answers. */
function worthAsking(questions: readonly QuestionTried[]): QuestionTried[] {
  const brought = new Set(questions.flatMap(({ brings }) => [...brings]))
  return questions.map(question => ({
    ...question,
    isWorthAsking: question.isWorthAsking || question.brings.size > 0 || [...question.rulesOut].some(action => !brought.has(action)),
  }))
}

function cutDown({ form, questions, given }: FormTried, language: string): { form: Questionnaire; items: OpenQuestion[] } {
  const wanted = questions.filter(({ isWorthAsking }) => isWorthAsking)
  const acute = new Set(wanted.filter(({ brings }) => [...brings].some(isCritical)).map(({ item }) => item.linkId))
  const short = shortForm(form, { asked: new Set(wanted.map(({ item }) => item.linkId)), first: acute, given })
  const brought = new Set(questions.flatMap(({ brings }) => [...brings]))
  const byLinkId = new Map(questions.map(question => [question.item.linkId, question] as const))
  const items = itemsOfForm(short.form).flatMap(({ item: { linkId } }): OpenQuestion[] => {
    const question = byLinkId.get(linkId)
    if (!question) return []
    const actions = question.brings.size > 0 ? [...question.brings] : [...question.rulesOut].filter(action => !brought.has(action))
    return [
      {
        linkId,
        questionnaire: form.url ?? '',
        actions: actions.map(action => told(action, language)),
        isAcute: acute.has(linkId),
        ...(short.behind.has(linkId) && { isBehind: true }),
        ...(short.openers.has(linkId) && { isOpener: true }),
        ...(question.state === 'untried' && { isUntried: true }),
      },
    ]
  })
  return { form: short.form, items }
}

const indicatorOf = ({ action: { resource } }: AskedAction): Indicator => INDICATOR[resource.priority ?? 'routine']

const isCritical = (asked: AskedAction): boolean => indicatorOf(asked) === 'critical'

function told(asked: AskedAction, language: string): QuestionedAction {
  const { id, title = id, points = [] } = describeAction(asked.action, language)
  return { plan: asked.plan.canonical, action: id, title, points, indicator: indicatorOf(asked) }
}
