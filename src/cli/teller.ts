import { styleText } from 'node:util'

/** A stream that commands write to: of the process, or of a test. */
export interface TellingStream {
  write: (text: string) => unknown
  isTTY?: boolean
  /** Whether it shows colours: Node asks the terminal, NO_COLOR and FORCE_COLOR. */
  hasColors?: () => boolean
}

/** The two streams of a command: what was asked for, and what is said besides. */
export interface TellingStreams {
  out: TellingStream
  err: TellingStream
}

type Paint = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

const CLEAR_LINE = '\r\u001B[K'

/** How a command speaks: in words, coloured where somebody looks at them, or as one JSON document. */
export class Teller {
  private isLineOpen = false

  constructor(
    private readonly streams: TellingStreams,
    /** Whether the result is told as JSON. */
    readonly isJson: boolean,
  ) {}

  /** Whether a person reads along, to whom progress is worth telling. */
  get isWatched(): boolean {
    return this.streams.err.isTTY === true
  }

  /** Lines of the result in words; nothing where JSON was asked for. */
  tell(...lines: readonly string[]): void {
    if (this.isJson || lines.length === 0) return
    this.endProgress()
    this.streams.out.write(lines.map(line => `${line}\n`).join(''))
  }

  /** The result as a program reads it; nothing where words were asked for. */
  tellJson(result: unknown): void {
    if (!this.isJson) return
    this.endProgress()
    this.streams.out.write(`${JSON.stringify(result, undefined, 2)}\n`)
  }

  /** What is not the result, and is told either way. */
  note(...lines: readonly string[]): void {
    this.endProgress()
    this.streams.err.write(lines.map(line => `${line}\n`).join(''))
  }

  /** How far the command is: one line that the next takes the place of, and only where somebody looks. */
  progress(text: string): void {
    if (!this.isWatched) return
    this.isLineOpen = true
    this.streams.err.write(`${CLEAR_LINE}${text}`)
  }

  /** Text in colour where the terminal of the result shows any. */
  readonly paint = (how: Paint, text: string): string => {
    const { isTTY, hasColors } = this.streams.out
    const isShown = isTTY === true && hasColors?.call(this.streams.out) === true
    return isShown ? styleText(how, text, { validateStream: false }) : text
  }

  /** Takes the line of progress away. */
  endProgress(): void {
    if (this.isLineOpen) this.streams.err.write(CLEAR_LINE)
    this.isLineOpen = false
  }
}
