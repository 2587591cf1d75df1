/**
 * Settles with the first signal that asks the process to end, SIGTERM or SIGINT. Whoever imports this first has it
 * heard from the beginning: to the first process of a container an unheard signal means nothing. A second signal ends
 * the process at once.
 */
export const stopSignal: Promise<NodeJS.Signals> = new Promise(resolve => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
})
