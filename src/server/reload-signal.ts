import { isatty } from 'node:tty'

/** Ends as at any signal, but for the last step, in which Node would put a terminal back as it was, and crashes where there is none. */
function endWithTerminal(): void {
  process.once('exit', () => process.kill(process.pid, 'SIGKILL'))
  process.kill(process.pid, 'SIGTERM')
}

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
    if (terminal !== undefined && !isatty(terminal)) endWithTerminal()
    else if (tell) tell()
    else isWaiting = true
  })
  return listener => {
    tell = listener
    if (isWaiting) listener()
  }
}
