/** One instruction of a Dockerfile. */
export interface Instruction {
  name: string
  text: string
}

/** A stage: what it starts from, and what is done then. */
export interface Stage {
  name: string
  /** Another stage, or an image. */
  from: string
  instructions: Instruction[]
}

/** The stages of a Dockerfile, in their order; only what ours uses is understood. */
export function stagesOf(dockerfile: string): Stage[] {
  const stages: Stage[] = []
  for (const line of dockerfile
    .split('\n')
    .map(each => each.trim())
    .filter(each => each !== '' && !each.startsWith('#'))) {
    const [name, text] = splitOnce(line, ' ')
    const [from = '', as = ''] = text.split(' AS ')
    if (name === 'FROM') stages.push({ name: as, from, instructions: [] })
    else stages.at(-1)?.instructions.push({ name, text })
  }
  return stages
}

/** What a stage does from its image on, with all that the stages below it did. */
export function instructionsOf(name: string, stages: readonly Stage[]): Instruction[] {
  const stage = stages.find(each => each.name === name)
  return stage ? [...instructionsOf(stage.from, stages), ...stage.instructions] : []
}

/** What a COPY takes, where it puts it, and from which stage where it names one. */
export function copyOf({ text }: Instruction): { sources: string[]; target: string; from: string | undefined } {
  const words = text.split(' ')
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined
  const target = words.pop() ?? ''
  return { sources: words, target, from }
}

/** The variables that the instructions set; the last of a name holds. */
export const environmentOf = (instructions: readonly Instruction[]): Record<string, string> =>
  Object.fromEntries(
    instructions.filter(({ name }) => name === 'ENV').flatMap(({ text }) => text.split(' ').map(pair => splitOnce(pair, '='))),
  )

/** The words of the last instruction of a name that is written as a list. */
export function listOf(name: string, instructions: readonly Instruction[]): string[] {
  const text = instructions.findLast(each => each.name === name)?.text ?? '[]'
  return JSON.parse(text.slice(text.indexOf('['))) as string[]
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}
