import { KEEPING, KEEPING_ELEMENTS, MAKING, type Rule } from './expression-grammar.js'
import { grouped, made, textOf, type Part, type Written } from './expression-part.js'
import type { Random } from './random.js'
import type { Kind, SeenPath, SeenPaths } from './seen-paths.js'
import { DURATIONS, LITERALS, NAMES, OTHER_RECORDS, TYPES, WAYS } from './written-values.js'

/** What names that stand alone are elements of, and within functions `$this`. */
interface Focus extends Pick<Part, 'kind' | 'types'> {
  /** Whether it is an item of a list, with an index. Elsewhere fhirpath.js still has the index of the list before. */
  isItem?: boolean
}

const KINDS: readonly Kind[] = ['truth', 'number', 'text', 'date', 'time', 'quantity', 'element', 'element', 'element']

/** Kinds of whole expressions: a truth value tells most of its parts. */
const WANTED: readonly Kind[] = [
  'truth',
  'truth',
  'truth',
  'truth',
  'truth',
  'number',
  'text',
  'date',
  'time',
  'quantity',
  'element',
  'element',
]

/** Kinds that have an order. */
const ORDERED: readonly Kind[] = ['number', 'text', 'date', 'time', 'quantity']

/** Where a part is made: what it may see, and how many parts may still stand within one another. */
interface Place {
  size: number
  focus: Focus
  /** The kind that is wanted. */
  kind: Kind
}

/** Makes expressions, most of them of kinds that go together, over what stands in charts. */
export class ExpressionMaker {
  /**
   * @param valueSets canonicals that functions may ask.
   * @param subject type of what names that stand alone are elements of.
   */
  constructor(
    private readonly random: Random,
    private readonly seen: SeenPaths,
    private readonly valueSets: readonly string[],
    subject: string,
  ) {
    this.top = { kind: 'element', types: [subject] }
  }

  private readonly top: Focus

  /** An expression of any kind. @param size how many parts may stand within one another. */
  expression(size: number): Part {
    const kind = this.random.of(WANTED)
    return this.ruled(this.random.of(this.random.happens(0.7) ? MAKING[kind] : KEEPING), { kind, size, focus: this.top })
  }

  private part(wanted: Place): Part {
    const { random } = this
    // Now and then something else stands where this kind should.
    const place = random.happens(0.03) ? { ...wanted, kind: random.of(KINDS) } : wanted
    const what = random.share()
    if (place.size <= 0 || what < 0.2) return this.least(place)
    if (what < 0.4) return this.path(place)
    if (what < 0.6) return this.ruled(random.of(KEEPING), place)
    if (place.kind === 'element' && what < 0.7) return this.ruled(random.of(KEEPING_ELEMENTS), place)
    return this.ruled(random.of(MAKING[place.kind]), place)
  }

  /** What has no further part: a literal, a variable, `$this`. */
  private least({ kind, focus, size }: Place): Part {
    const { random } = this
    if (random.happens(0.03)) return made(kind, [], random.of(['{}', '%nothing']))
    if (focus !== this.top && focus.kind === kind && random.happens(0.5)) return made(kind, focus.types, '$this')
    if (focus.isItem && kind === 'number' && random.happens(0.2)) return made(kind, ['integer'], '$index')
    if (kind === 'element' || random.happens(0.2)) return this.path({ kind, focus, size })
    return made(kind, [], random.of(LITERALS[kind]))
  }

  private path({ kind, focus }: Place): Part {
    const { random, seen } = this
    if (kind === 'element' && random.happens(0.35)) return this.record()
    if (focus.types.length === 0 && focus.kind === 'element' && random.happens(0.5)) return made(kind, [], random.of(NAMES))
    const alone = this.pathsFrom(focus, kind)
    if (alone.length > 0 && random.happens(focus === this.top ? 0.1 : 0.7)) return this.namesOf(random.of(alone), kind)
    const record = random.of(seen.records)
    const paths = this.pathsFrom({ types: [record] }, kind)
    if (paths.length === 0) return kind === 'element' ? this.record() : made(kind, [], random.of(LITERALS[kind]))
    const which = random.of(['', '', 'first().', 'first().', `${record}.`, 'newest().', 'last().'])
    const names = this.namesOf(random.of(paths), kind)
    return made(kind, names.types, `%${record}.${which}`, names)
  }

  private pathsFrom({ types }: Pick<Focus, 'types'>, kind: Kind): SeenPath[] {
    return types.flatMap(type => this.seen.from(type).filter(({ kinds }) => kinds.has(kind)))
  }

  private namesOf({ names, types }: SeenPath, kind: Kind): Part {
    const isQuoted = this.random.happens(0.03)
    return made(kind, types, names.map(name => (isQuoted ? `\`${name}\`` : name)).join('.'))
  }

  private record(): Part {
    const name = this.random.of([...this.seen.records, ...this.seen.records, ...Object.keys(OTHER_RECORDS)])
    return made('element', OTHER_RECORDS[name] ?? [name], `%${name}`)
  }

  private ruled({ written, asked }: Rule, place: Place): Part {
    const parts: Part[] = []
    const row = this.chosen(written)
      .split(/(<[^<>=]+>)/)
      .filter(text => text !== '')
      .map((text, index, all) => {
        if (!/^<[^<>=]+>$/.test(text)) return text
        const part = this.named(text.slice(1, -1), place, parts[0])
        parts.push(part)
        return /^[.[]/.test(all[index + 1] ?? '') ? grouped(part) : part
      })
    return {
      ...made(place.kind, typesOf(written, place, parts), ...row),
      ...(asked !== undefined && { asked: askedOf(asked, parts) }),
      ...mirrorOf(row),
    }
  }

  /** The text of a rule with one of each group of texts. */
  private chosen(written: string): string {
    return written.replace(/\{([^{}]+)\}/g, (_, texts: string) => this.random.of(texts.split(/,(?![^(]*\))/)))
  }

  /** What a rule calls by a name. @param first the first part of it. */
  private named(name: string, { focus, size, kind }: Place, first: Part | undefined): Part {
    const { random } = this
    const smaller = { focus, size: size - 1, kind }
    if (name.startsWith('one ')) return this.single(this.named(name.slice('one '.length), { focus, size, kind }, first))
    const within = /^(?:each|on) (.+)$/.exec(name)?.[1]
    if (within !== undefined && first) {
      const { kind: itself, types } = first
      return this.named(within, { kind, size, focus: { kind: itself, types, isItem: name.startsWith('each ') } }, first)
    }
    switch (name) {
      case 'kind':
        return this.part(smaller)
      case 'any':
        return this.part({ ...smaller, kind: random.of(KINDS) })
      case 'ordered':
        return this.part({ ...smaller, kind: random.of(ORDERED) })
      case 'same':
        return this.like(first, smaller)
      case 'criterion':
        return this.criterion(smaller)
      case 'type':
        return made('text', [], this.typeOf(first))
      case 'path':
        return this.below(first)
      case 'index':
        return made('number', ['integer'], focus.isItem ? '$index' : random.of(['0', '1']))
      case 'way':
        return random.happens(0.5) ? made('element', [], random.of(WAYS)) : this.below(first)
      case 'record':
        return made('text', [], random.of(this.seen.records))
      case 'value set':
        return made('text', [], random.of(this.valueSets))
      case 'linkId':
        return made('text', [], random.of([...this.seen.written('linkId'), 'none']))
      case 'duration':
        return made('quantity', ['Quantity'], random.of(DURATIONS))
      default:
        return this.part({ ...smaller, kind: name as Kind })
    }
  }

  /** Mostly one item, where a list would make an error of what is asked. */
  private single(part: Part): Part {
    const isOne = /^(?:'[^']*'|[^%\s]+)$/.test(textOf(part))
    return isOne || this.random.happens(0.1) ? part : made(part.kind, part.types, grouped(part), '.first()')
  }

  /** What may well be equal: the same, a text that was seen where the other comes from, or any part of that kind. */
  private like(part: Part | undefined, place: Place): Part {
    const name = part?.kind === 'text' ? /(\w+)$/.exec(textOf(part))?.[1] : undefined
    const seen = name === undefined ? [] : this.seen.written(name)
    if (part && this.random.happens(0.15)) return part
    if (seen.length > 0 && this.random.happens(0.6)) return made('text', [], `'${this.random.of(seen)}'`)
    return this.part({ ...place, kind: part?.kind ?? place.kind })
  }

  /** What is a truth value by its form, and no element, of which fhirpath.js asks whether it is there. */
  private criterion(place: Place): Part {
    if (place.size > 0 || this.random.happens(0.5)) return this.ruled(this.random.of(MAKING.truth), { ...place, kind: 'truth' })
    return made('truth', [], this.random.of(['true', '%yes', '%no', '%unknown']))
  }

  private typeOf(part: Part | undefined): string {
    const { random } = this
    const named = part?.types.filter(type => !type.includes('.')) ?? []
    if (named.length > 0 && random.happens(0.6)) return random.of(named)
    return random.of(TYPES[part && random.happens(0.9) ? part.kind : random.of(KINDS)])
  }

  /** The way from an element to one in it. */
  private below(part: Part | undefined): Part {
    const paths = this.pathsFrom(part ?? this.top, 'element')
    return paths.length === 0 ? made('element', [], this.random.of(NAMES)) : this.namesOf(this.random.of(paths), 'element')
  }
}

/** Types of what a rule makes: of what keeps items those of its first part, of a path those at its end. */
function typesOf(written: string, { kind }: Place, parts: readonly Part[]): readonly string[] {
  if (kind === 'truth') return ['boolean']
  const part = MAKING[kind].some(rule => rule.written === written) ? undefined : parts[0]
  return (written.endsWith('<path>') ? parts.at(-1) : part)?.types ?? []
}

const askedOf = (asked: string, parts: readonly Part[]): Written =>
  asked.split(/(<\d>)/).map(text => {
    const part = /^<\d>$/.test(text) ? parts[Number(text.charAt(1)) - 1] : undefined
    return part ? grouped(part) : text
  })

/** The signs whose sides may change places, by what they are then. */
const MIRRORED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['=', '!=', '~', '!~', 'and', 'or', 'xor'].map(sign => [` ${sign} `, ` ${sign} `])),
  ...Object.fromEntries(
    [
      ['<', '>'],
      ['<=', '>='],
      ['in', 'contains'],
    ].flatMap(([one, other]) => [
      [` ${one} `, ` ${other} `],
      [` ${other} `, ` ${one} `],
    ]),
  ),
}

function mirrorOf(row: Written): Pick<Part, 'mirrored'> | undefined {
  const [open = '', left = '', sign, right = '', close = ''] = row
  const mirrored = row.length === 5 && typeof sign === 'string' ? MIRRORED[sign] : undefined
  return mirrored === undefined ? undefined : { mirrored: [open, right, mirrored, left, close] }
}
