// Loaded into the service beside its own code (`node --import`): tells the parent process how long the event loop was
// held, and how much memory is in use, without changing what the service does.
import { openSync, readSync } from 'node:fs'

/** How often the loop is looked at; what is shorter is told together. */
const EVERY_MS = 5
/** CPU of one stretch that is worth telling. */
const WORTH_TELLING_MS = 15

const bytes = Buffer.alloc(128)
const schedule = openScheduleOf('/proc/self/schedstat')

function openScheduleOf(path) {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

/** Milliseconds of CPU that the main thread has used; elsewhere than on Linux those of all threads. */
function cpuMs() {
  if (schedule === undefined) {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1_000
  }
  return Number(bytes.toString('latin1', 0, readSync(schedule, bytes, 0, bytes.length, 0)).split(' ')[0]) / 1e6
}

function watch() {
  let [cpu, at] = [cpuMs(), Date.now()]
  setInterval(() => {
    const [cpuNow, now] = [cpuMs(), Date.now()]
    if (cpuNow - cpu >= WORTH_TELLING_MS) process.send({ kind: 'held', ms: cpuNow - cpu, from: at, to: now })
    ;[cpu, at] = [cpuNow, now]
  }, EVERY_MS).unref()
}

if (process.send) {
  process.on('message', question => {
    if (question === 'memory') {
      globalThis.gc?.()
      globalThis.gc?.()
    }
    const { user, system } = process.cpuUsage()
    process.send({ kind: 'answer', ...process.memoryUsage(), cpuMs: (user + system) / 1_000 })
  })
  process.channel.unref()
  process.on('disconnect', () => process.exit(1))
  watch()
}
