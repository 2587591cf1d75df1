/** A source of numbers that is the same for the same seed. */
export interface Random {
  /** A number from 0 up to 1. */
  share: () => number
  /** A whole number from 0 up to a limit. */
  below: (limit: number) => number
  /** One of several. @throws RangeError of none. */
  of: <T>(all: readonly T[]) => T
  /** Whether something that happens so often, of 1, happens now. */
  happens: (often: number) => boolean
}

/** Mulberry32: small, and good enough to choose with. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const share = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(share() * limit)
  return {
    share,
    below,
    of: all => {
      if (all.length === 0) throw new RangeError('There is nothing to choose from.')
      return all[below(all.length)] as (typeof all)[number]
    },
    happens: often => share() < often,
  }
}
