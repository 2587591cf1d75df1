import { runColumna } from '../../src/cli/run-columna.js'
import type { TellingStream } from '../../src/cli/teller.js'

/** What a command wrote, and what it answered to the shell. */
export interface Told {
  code: number | undefined
  out: string
  err: string
}

/** How the streams of a command are, where they are not pipes. */
export interface Surroundings {
  isTTY?: boolean
  hasColors?: boolean
  knowledgeFolder?: string
  signal?: AbortSignal
}

/** Calls a command in this process, its streams pipes unless said otherwise. */
export async function columnaIn(
  { isTTY = false, hasColors = false, knowledgeFolder, signal }: Surroundings,
  ...words: string[]
): Promise<Told> {
  const [out, err] = [new Written(isTTY, hasColors), new Written(isTTY, hasColors)]
  const code = await runColumna(words, { out, err, knowledgeFolder, ...(signal && { signal }) })
  return { code, out: out.text, err: err.text }
}

/** Calls a command in this process. */
export const columna = (...words: string[]): Promise<Told> => columnaIn({}, ...words)

/** A stream that remembers. */
class Written implements TellingStream {
  text = ''

  constructor(
    readonly isTTY: boolean,
    private readonly isColoured: boolean,
  ) {}

  readonly hasColors = (): boolean => this.isColoured

  readonly write = (text: string): void => {
    this.text += text
  }
}
