import type { Kysely, SelectQueryBuilder, Transaction } from 'kysely'
import type {
  CallCardRow,
  CallRow,
  CardRow,
  CommentRow,
  FeedbackRow,
  FormLinkRow,
  OverrideRow,
  StoreAnswer,
  StoreQuestion,
  Told,
  TokenRow,
  ToldRow,
  WeekPointRow,
  WeekReasonRow,
  WeekRow,
  WeekServiceRow,
} from './rows.js'

/** The tables, as every database holds them. */
export interface Tables {
  feedback: FeedbackRow
  feedback_comment: CommentRow
  card: CardRow
  told: ToldRow
  call: CallRow
  call_card: CallCardRow
  used_token: TokenRow
  form_link: FormLinkRow
  week_counted: WeekRow
  week_point: WeekPointRow
  week_reason: WeekReasonRow
  week_service: WeekServiceRow
  /** One row, written to see whether anything can be. */
  writable: { only: number; looked: number }
}

/** What is asked at once, as statements. */
export interface Queries {
  token: (TokenRow & { came: number }) | undefined
  overrides: SelectQueryBuilder<Tables, 'card', OverrideRow> | undefined
  told: SelectQueryBuilder<Tables, 'told', Told> | undefined
}

/** A database that is open, with the schema of this version. */
export interface Database {
  db: Kysely<Tables>
  /**
   * Does all of some work or nothing of it.
   * @param isForGood whether it must outlive the machine when it settles; else the last moments may be lost with it.
   */
  inTransaction: (isForGood: boolean, work: (transaction: Transaction<Tables>) => Promise<void>) => Promise<void>
  /** Makes what answers questions in one statement each, to spare ways to a server; absent where there is none. */
  answeringAtOnce?: (queriesOf: (question: StoreQuestion) => Queries) => (question: StoreQuestion) => Promise<StoreAnswer>
  /** Leaves nothing of what was deleted in the files of a database that keeps them itself. */
  wipe: () => Promise<void>
  close: () => Promise<void>
}
