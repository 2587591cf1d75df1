import { readdirSync, readFileSync } from 'node:fs'

/** What a process has used so far, in milliseconds of a processor. */
export interface CpuOfProcess {
  /** By the thread that runs JavaScript. */
  main: number
  /** By all its threads: those that compile, collect garbage and verify as well. */
  all: number
}

/** What a process has used so far, from the scheduler's own count. @throws Error where there is no Linux /proc. */
export function cpuOf(pid: number): CpuOfProcess {
  const threads = readdirSync(`/proc/${pid}/task`)
  return { main: milliseconds(pid, String(pid)), all: threads.reduce((sum, thread) => sum + milliseconds(pid, thread), 0) }
}

/** A thread that has just ended counts as nothing. */
function milliseconds(pid: number, thread: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  } catch {
    return 0
  }
}

/** Most memory that a process ever had, in MB. */
export function peakMemoryMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1024
}
