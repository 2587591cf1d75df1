import { RE2JS } from 're2js'

/** What FHIRPath's flags of a regular expression mean here; a dot stands for the end of a line in any case. */
const FLAGS: Readonly<Record<string, number>> = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE }

/** @throws Error when the pattern or a flag is not supported. */
export function regularExpression(pattern: string, flags = ''): RE2JS {
  const known = flags.split('').map(flag => FLAGS[flag])
  if (known.includes(undefined)) throw new TypeError('expected the flags i and m')
  return RE2JS.compile(
    pattern,
    known.reduce<number>((all, flag = 0) => all | flag, RE2JS.DOTALL),
  )
}

/** One sentence when a text is not a regular expression that runs in linear time, or its flags are not known. */
export function patternFault(pattern: string, flags = ''): string[] {
  if (/[^im]/.test(flags)) return [`'${flags}' are not flags of a regular expression; there are i and m`]
  try {
    regularExpression(pattern, flags)
    return []
  } catch {
    return [`'${pattern}' is not a regular expression that is supported here`]
  }
}
