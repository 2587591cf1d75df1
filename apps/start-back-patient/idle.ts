import { useEffect, useState } from 'preact/hooks'

/** Milliseconds without a touch after which somebody is asked whether they are there, and after which all is cleared. */
const ASKED_AFTER_MS = 150_000
const CLEARED_AFTER_MS = 180_000

const SIGNS_OF_LIFE = ['pointerdown', 'keydown', 'scroll'] as const

/**
 * Watches whether somebody uses the screen.
 * @param isWatching whether there is anything to clear.
 * @returns whether to ask if they are still there. Any touch answers.
 */
export function useIdle(isWatching: boolean, onGone: () => void): boolean {
  const [isAsking, setAsking] = useState(false)
  useEffect(() => {
    if (!isWatching) return undefined
    let timers: number[] = []
    let seenAt = Date.now()
    const begin = () => {
      timers.forEach(clearTimeout)
      setAsking(false)
      // No timer runs while a screen sleeps: whoever wakes it after that long is somebody else.
      if (Date.now() - seenAt >= CLEARED_AFTER_MS) {
        onGone()
        return
      }
      seenAt = Date.now()
      timers = [window.setTimeout(() => setAsking(true), ASKED_AFTER_MS), window.setTimeout(onGone, CLEARED_AFTER_MS)]
    }
    const lookWhenShown = () => {
      if (document.visibilityState === 'visible' && Date.now() - seenAt >= CLEARED_AFTER_MS) onGone()
    }
    document.addEventListener('visibilitychange', lookWhenShown)
    begin()
    for (const sign of SIGNS_OF_LIFE) addEventListener(sign, begin, { passive: true })
    return () => {
      timers.forEach(clearTimeout)
      document.removeEventListener('visibilitychange', lookWhenShown)
      for (const sign of SIGNS_OF_LIFE) removeEventListener(sign, begin)
      setAsking(false)
    }
  }, [isWatching])
  return isAsking
}
