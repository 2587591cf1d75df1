import { isatty } from 'node:tty'

/**
 * Hears from now on each SIGHUP, which asks for what is served to be loaded anew, and must not end a start.
 * @returns what has a listener told of each; also of those that came before.
 */
export function hearReloadSignals(): (listener: () => void) => void {
  const terminal = [0, 1, 2].find(isatty)
  let tell: (() => void) | undefined
  let isWaiting = false
  process.on('SIGHUP', () => {
    // The same signal says that the terminal was closed, with which a service that was started at it ends.
    if (terminal !== undefined && !isatty(terminal)) process.kill(process.pid, 'SIGTERM')
    else if (tell) tell()
    else isWaiting = true
  })
  return listener => {
    tell = listener
    if (isWaiting) listener()
  }
}
