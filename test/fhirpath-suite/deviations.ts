/** A way in which we differ from a suite on purpose, or as the interpreter does; docs/engine.md tells each. */
export interface Deviation {
  name: string
  /** Fits the expressions of the suites that show it. */
  shownBy: RegExp
}

/** Names are those of the table in docs/engine.md. */
export const DEVIATIONS: readonly Deviation[] = [
  { name: 'lists are equivalent in the same order', shownBy: /^\(1 \| 2 \| 3\) ~|take\(2\)\.given !?~/ },
  {
    name: 'an element without a value is nothing',
    shownBy: /name\.given|collWith\w*Null|arrWithNulls|communication|Patient\.address\[1\]/,
  },
  { name: 'only truth is true', shownBy: /^\((?:0|1)\)\.not\(\)|'foo'\)\.empty\(\)|^\('item1' \| 'item2'\)\.iif/ },
  { name: 'repeat() tells items apart by what is written', shownBy: /repeat\(\$this\)/ },
  { name: 'a time without an offset is one of the zone of the machine', shownBy: /^@2012-04-15T15:00:00Z !?= @2012-04-15T10:00:00$/ },
  { name: 'regular expressions are those of RE2', shownBy: /replaceMatches\(''|matchesFull\('abc', 'm'\)/ },
  { name: 'decimals are those of JSON', shownBy: /0034\)?\.\w+Boundary|\(?0\.9 '1'/ },
  { name: 'boundaries of an hour and of a quantity', shownBy: /^@2014-01-01T08\.\w+Boundary\(17\)|'c?m'\.\w+Boundary/ },
  {
    name: 'the R4 model is always there',
    shownBy: /^Observation\.value$|^Patient\.birthDate \+ 1 day|^Observation\.value\.comparable|^i\.comparable/,
  },
  { name: 'elements may be named with their type', shownBy: /^Observation\.valueQuantity\b/ },
  { name: 'children have an order', shownBy: /children\(\)\.skip\(1\)/ },
  { name: 'a code is a text', shownBy: /Patient\.gender\.(?:as|ofType)\(string\)/ },
  { name: 'quantities of the interpreter', shownBy: /4 'g' ~ 4040 'mg'|\(1 '(?:day|hour)'\)\.toQuantity/ },
  { name: 'tenths of a second', shownBy: /\+ 0\.1 's'$/ },
  { name: 'System has no Patient', shownBy: /System\.Patient/ },
]
