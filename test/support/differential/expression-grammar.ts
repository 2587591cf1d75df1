import type { Kind } from './seen-paths.js'

/**
 * How a part may be written. `{a,b}` is one of several texts, and between angles stand further parts: one of a kind; of
 * `any`, an `ordered` or the `same` kind (as the first part); `one ...`, which mostly is one item; a `criterion`, which is a
 * truth value by its form; `each ...` and `on ...`, whose `$this` is an item of the first part, or all of it; a `type` that the
 * first part may be of; and what else its name says.
 */
export interface Rule {
  written: string
  /** What fhirpath.js is asked instead: of the parts by their number, with `<1>` for the first. */
  asked?: string
}

const rules = (...all: (string | Rule)[]): readonly Rule[] => all.map(each => (typeof each === 'string' ? { written: each } : each))

/** What keeps items of a list, or yields others like them; `<kind>` is the kind that is wanted. */
export const KEEPING: readonly Rule[] = rules(
  '<kind>.{first,last,tail,first,distinct,single}()',
  '<kind>.{skip,take}({0,1,2,-1,%count,<number>})',
  '<kind>[{0,0,1,%count,<index>}]',
  '<kind>.where(<each criterion>)',
  '<kind>.where(<each criterion>)',
  '<kind>.where(<each criterion>)',
  '<kind>.select(<each same>)',
  '<kind>.select($this)',
  '<kind>.{union,combine,intersect,exclude}(<same>)',
  '(<kind> | <same>)',
  'iif(<criterion>, <kind>, <same>)',
  'iif(<criterion>, <kind>)',
  '<kind>.iif(<on criterion>, <on same>)',
  '(<kind>)',
  '(<kind> as <type>)',
  '<kind>.{ofType,ofType,as}(<type>)',
  '<kind>.aggregate({$total,$this,$total | $this})',
  '<kind>.aggregate(iif($total.empty(), $this, $total))',
)

/** The same, of elements alone. fhirpath.js has an item of repeat() more than once where it meets it again among many. */
export const KEEPING_ELEMENTS: readonly Rule[] = rules(
  '<element>.{newest,notInFuture}()',
  '<element>.since(<date>)',
  "<element>.codedIn('<value set>')",
  '%<record>.referringTo(<element>)',
  { written: '<element>.repeat(<way>)', asked: '<1>.repeat(<2>).distinct()' },
  { written: '<element>.repeat(<path>.where(<each criterion>))', asked: '<1>.repeat(<2>.where(<3>)).distinct()' },
)

const DATE_PARTS = 'yearOf,monthOf,dayOf,hourOf,minuteOf,secondOf,millisecondOf,timezoneOffsetOf'

/** What makes something of other parts. */
export const MAKING: Readonly<Record<Kind, readonly Rule[]>> = {
  truth: rules(
    '(<any> {=,!=,~,!~} <same>)',
    '(<one any> {=,=,!=,~} <one same>)',
    '(<one any> {=,=,!=,~} <one same>)',
    '(<one ordered> {<,<=,>,>=} <one same>)',
    '(<one ordered> {<,<=,>,>=} <one same>)',
    '(<one ordered> {<,<=,>,>=} <one same>)',
    '(<one any> in <same>)',
    '(<any> contains <one same>)',
    '(<criterion> {and,or,xor,implies} <criterion>)',
    '(<criterion> {and,or,xor,implies} <criterion>)',
    '(<index> {=,<,>=} {0,1,2})',
    '<criterion>.{not,not,knownTrue,notKnownTrue}()',
    '<any>.{exists,empty,isDistinct,hasValue}()',
    '<any>.{exists,exists,all}(<each criterion>)',
    '<any>.{subsetOf,supersetOf}(<same>)',
    '<truth>.{allTrue,anyTrue,allFalse,anyFalse}()',
    '(<any> is <type>)',
    '<any>.is(<type>)',
    '<one text>.{startsWith,endsWith,contains,matches,matchesFull}(<one text>)',
    '<one any>.convertsTo{Boolean,Integer,Decimal,String,Date,DateTime,Time,Quantity}()',
    '<one any>.toBoolean()',
    '<one quantity>.comparable(<one quantity>)',
    "<element>.memberOf('<value set>')",
    '<element>.aboveRange()',
    'iif(<criterion>, <criterion>, <criterion>)',
  ),
  number: rules(
    '<any>.count()',
    '<one text>.{length,toInteger,toDecimal}()',
    '<number>.{sum,min,max,avg}()',
    '<one number>.{abs,round,floor,ceiling,truncate,sqrt,exp,ln,toInteger,toDecimal}()',
    '(<one number> {+,-,*,/,div,mod} <one number>)',
    '(<one number> {+,-,*,/,div,mod} <one number>)',
    { written: '-(<one number> + 0)', asked: '((<1> + 0) * -1)' },
    '<one text>.{indexOf,lastIndexOf}(<one text>)',
    '<one number>.{power,log,round}(<one number>)',
    `<one date>.{${DATE_PARTS}}()`,
    '<time>.{hourOf,minuteOf,secondOf,millisecondOf}()',
    "<one date>.difference(<one date>, '{day,week}')",
    '<quantity>.value',
    "<quantity>.inUnit('{mg,d}')",
    '<number>.aggregate($this + $total, 0)',
    '<truth>.{toInteger,toDecimal}()',
  ),
  text: rules(
    '(<one text> {+,&,&} <one text>)',
    '<one text>.{lower,upper,trim,toChars,getValue}()',
    '<text>.{min,max}()',
    "<text>.{encode('base64'),escape('html')}",
    '<one any>.toString()',
    '<one text>.substring({0,1,2,<one number>})',
    '<one text>.substring({0,1,2}, {0,1,2,<one number>})',
    '<one text>.{replace,replaceMatches}(<one text>, <one text>)',
    '<one text>.split(<one text>)',
    '<text>.join(<one text>)',
    '<text>.join()',
    '<quantity>.{unit,code}',
    '<element>.type().name',
  ),
  date: rules(
    '(<one date> {+,-} <duration>)',
    '(<one date> {+,-} <duration>)',
    '(<one date> {+,-} <one quantity>)',
    '<date>.{min,max,calendarDate}()',
    '<one date>.{dateOf,toDate,toDateTime,lowBoundary,highBoundary}()',
    '<one text>.{toDate,toDateTime}()',
    '%<record>.recordDate()',
  ),
  time: rules(
    '(<one time> {+,-} <duration>)',
    '<time>.{min,max,lowBoundary,highBoundary,toTime}()',
    '<one date>.timeOf()',
    '<one text>.toTime()',
  ),
  quantity: rules(
    '(<one quantity> {+,-,*,/} <one quantity>)',
    '(<one quantity> {*,/} <one number>)',
    "<quantity>.{min(),max(),sum(),avg(),abs(),toQuantity(),toQuantity('g')}",
    '{<one text>,<one number>,<one truth>}.toQuantity()',
  ),
  element: rules(
    '<element>.<path>',
    '<element>.<path>',
    '<any>.{extension,extension.value}',
    "<any>.extension('http://hl7.org/fhir/StructureDefinition/data-absent-reason')",
    '<element>.{children,children,descendants}()',
    '<element>.select(<each any>)',
    '(<element> | <any>)',
    "%QuestionnaireResponse{,,.first()}.{answer,answer,answering}('<linkId>')",
  ),
}
