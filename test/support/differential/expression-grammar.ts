import type { Kind } from './seen-paths.js'

/**
 * How a part may be written. `{a,b}` is one of several texts, and between angles stand further parts: one of a kind; `any`,
 * `ordered` or `same` kind (`same`: that of the first part); a `criterion`, which is a truth value by its form; `each ...`, which
 * sees the first part's items as `$this`; a `type` that the first part may be of; what else its name says.
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
  '<kind>[{0,0,1,%count,<number>}]',
  '<kind>.where(<each criterion>)',
  '<kind>.where(<each criterion>)',
  '<kind>.where(<each criterion>)',
  '<kind>.select(<each same>)',
  '<kind>.select($this)',
  '<kind>.{union,combine,intersect,exclude}(<same>)',
  '(<kind> | <same>)',
  'iif(<criterion>, <kind>, <same>)',
  'iif(<criterion>, <kind>)',
  '<kind>.iif(<each criterion>, <each same>)',
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
    '(<any> = <same>)',
    '(<any> = <same>)',
    '(<any> {!=,~,!~} <same>)',
    '(<ordered> {<,<=,>,>=} <same>)',
    '(<ordered> {<,<=,>,>=} <same>)',
    '(<any> {in,contains} <same>)',
    '(<criterion> {and,or,xor,implies} <criterion>)',
    '(<criterion> {and,or,xor,implies} <criterion>)',
    '<criterion>.{not,not,knownTrue,notKnownTrue}()',
    '<any>.{exists,empty,isDistinct,hasValue}()',
    '<any>.{exists,exists,all}(<each criterion>)',
    '<any>.{subsetOf,supersetOf}(<same>)',
    '<truth>.{allTrue,anyTrue,allFalse,anyFalse}()',
    '(<any> is <type>)',
    '<any>.is(<type>)',
    '<text>.{startsWith,endsWith,contains,matches,matchesFull}(<text>)',
    '<any>.convertsTo{Boolean,Integer,Decimal,String,Date,DateTime,Time,Quantity}()',
    '<any>.toBoolean()',
    '<quantity>.comparable(<quantity>)',
    "<element>.memberOf('<value set>')",
    '<element>.aboveRange()',
    'iif(<criterion>, <criterion>, <criterion>)',
  ),
  number: rules(
    '<any>.count()',
    '<text>.{length,toInteger,toDecimal}()',
    '<number>.{sum,min,max,avg,abs,round,floor,ceiling,truncate,sqrt,exp,ln,toInteger,toDecimal}()',
    '(<number> {+,-,*,/,div,mod} <number>)',
    '(<number> {+,-,*,/,div,mod} <number>)',
    { written: '-<number>', asked: '(<1> * -1)' },
    '<text>.{indexOf,lastIndexOf}(<text>)',
    '<number>.{power,log,round}(<number>)',
    `<date>.{${DATE_PARTS}}()`,
    '<time>.{hourOf,minuteOf,secondOf,millisecondOf}()',
    "<date>.difference(<date>, '{day,week}')",
    '<quantity>.value',
    "<quantity>.inUnit('{mg,d}')",
    '<number>.aggregate($this + $total, 0)',
    '<truth>.{toInteger,toDecimal}()',
  ),
  text: rules(
    '(<text> {+,&,&} <text>)',
    '<text>.{lower,upper,trim,toChars,getValue,min,max}()',
    "<text>.{encode('base64'),escape('html')}",
    '<any>.toString()',
    '<text>.substring(<number>)',
    '<text>.substring(<number>, <number>)',
    '<text>.{replace,replaceMatches}(<text>, <text>)',
    '<text>.{split,join}(<text>)',
    '<text>.join()',
    '<quantity>.{unit,code}',
    '<element>.type().name',
  ),
  date: rules(
    '(<date> {+,-} <duration>)',
    '(<date> {+,-} <duration>)',
    '(<date> {+,-} <quantity>)',
    '<date>.{min,max,calendarDate,dateOf,toDate,toDateTime,lowBoundary,highBoundary}()',
    '<text>.{toDate,toDateTime}()',
    '%<record>.recordDate()',
  ),
  time: rules('(<time> {+,-} <duration>)', '<time>.{min,max,lowBoundary,highBoundary,toTime}()', '<date>.timeOf()', '<text>.toTime()'),
  quantity: rules(
    '(<quantity> {+,-,*,/} <quantity>)',
    '(<quantity> {*,/} <number>)',
    "<quantity>.{min(),max(),sum(),avg(),abs(),toQuantity(),toQuantity('g')}",
    '{<text>,<number>,<truth>}.toQuantity()',
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
