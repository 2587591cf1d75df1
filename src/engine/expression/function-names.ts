/** How many arguments a function takes, and what it yields. */
export interface Signature {
  least: number
  most: number
  /** A type; `same` for items of the type it is called on; `any` where we do not follow it. */
  yields: string
}

type Group = readonly [names: string, least: number, most: number, yields: string]

/** The functions that knowledge may call: those of standard FHIRPath that the interpreter has, and our own. */
const GROUPS: readonly Group[] = [
  ['first last tail single distinct min max sum avg abs newest notInFuture', 0, 0, 'same'],
  ['skip take where exclude intersect union combine codedIn since referringTo ofQuestionnaire', 1, 1, 'same'],
  ['answering', 1, 2, 'same'],
  ['round lowBoundary highBoundary', 0, 1, 'same'],
  ['sort', 0, Infinity, 'same'],
  ['coalesce', 1, Infinity, 'same'],
  ['empty not allTrue anyTrue allFalse anyFalse isDistinct hasValue toBoolean aboveRange', 0, 0, 'boolean'],
  ['convertsToBoolean convertsToInteger convertsToDecimal convertsToString', 0, 0, 'boolean'],
  ['convertsToDate convertsToDateTime convertsToTime convertsToQuantity', 0, 0, 'boolean'],
  ['exists', 0, 1, 'boolean'],
  ['all is memberOf subsetOf supersetOf comparable', 1, 1, 'boolean'],
  ['contains startsWith endsWith', 1, 1, 'boolean'],
  ['matches matchesFull', 1, 2, 'boolean'],
  ['count length toInteger truncate ceiling floor', 0, 0, 'integer'],
  ['yearOf monthOf dayOf hourOf minuteOf secondOf millisecondOf', 0, 0, 'integer'],
  ['indexOf lastIndexOf', 1, 1, 'integer'],
  ['difference', 2, 2, 'integer'],
  ['ordinal weight toDecimal exp ln sqrt timezoneOffsetOf', 0, 0, 'decimal'],
  ['log power', 1, 1, 'decimal'],
  ['toString upper lower trim toChars', 0, 0, 'string'],
  ['split encode decode escape unescape', 1, 1, 'string'],
  ['join', 0, 1, 'string'],
  ['substring', 1, 2, 'string'],
  ['replace replaceMatches', 2, 2, 'string'],
  ['today calendarDate recordDate toDate dateOf', 0, 0, 'date'],
  ['now toDateTime', 0, 0, 'dateTime'],
  ['timeOfDay toTime timeOf', 0, 0, 'time'],
  ['toQuantity', 0, 1, 'Quantity'],
  ['extension', 1, 1, 'Extension'],
  ['children descendants getValue type', 0, 0, 'any'],
  ['select repeat as ofType', 1, 1, 'any'],
  ['answer', 1, 2, 'any'],
  ['aggregate', 1, 2, 'any'],
  ['iif', 2, 3, 'any'],
]

/** Signatures by name of function. */
export const FUNCTIONS: ReadonlyMap<string, Signature> = new Map(
  GROUPS.flatMap(([names, least, most, yields]) => names.split(' ').map(name => [name, { least, most, yields }] as const)),
)

/** Functions that would leave the machine, tell a log about patients or hide what they do; knowledge may not use them. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ['resolve', 'would read from the network; use the records that the call brings'],
  ['defineVariable', 'hides a fact; name it in a Library'],
  ['trace', 'would write patient data to the log; ask $explain instead'],
])
