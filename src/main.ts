// Nothing else is loaded before a signal is heard: the rest takes longer to load than some wait before they send one.
import { CdsError, stackFrames } from './errors.js'
import { hearReloadSignals } from './server/reload-signal.js'
import { stopSignal } from './server/stop-signal.js'

/** Starts, answers until a signal comes, and ends. A signal during the start ends the start; a fault ends the process and says what to mend. */
async function main(): Promise<void> {
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) process.on(kind, (thrown: unknown) => crash(kind, thrown))
  const toldToReload = hearReloadSignals()
  const running = await Promise.race([import('./start.js').then(({ start }) => start()), stopSignal])
  if (typeof running === 'object') {
    // The log tells what came of it.
    toldToReload(() => void running.reload().catch(() => undefined))
    await stopSignal
    await running.end()
  }
  process.exit(0)
}

/** Ends a process that nobody knows the state of. The message of what was thrown may quote a request, so its frames alone are told. */
function crash(kind: string, thrown: unknown): never {
  process.stderr.write(`Columna ends: ${kind}.\n${stackFrames(thrown) ?? ''}\n`)
  process.exit(1)
}

main().catch((error: unknown) => {
  const { message, details } =
    error instanceof CdsError
      ? { message: `${error.code}: ${error.message}`, details: error.details }
      : { message: String(error), details: [] }
  process.stderr.write(`Columna cannot start. ${message}\n${details.map(detail => `  ${detail}\n`).join('')}`)
  process.exitCode = 1
  process.exit()
})
