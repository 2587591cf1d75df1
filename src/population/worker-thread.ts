// A thread that does tasks of a population run until it is told no more.
import { parentPort, workerData } from 'node:worker_threads'
import type { RunPlan, Task } from './plan.js'
import { loadFor, startWork } from './worker.js'

const port = parentPort
if (!port) throw new Error('This is a thread of a run and no program.')
const { plan, lane, lanes } = workerData as { plan: RunPlan; lane: number; lanes: number }
const work = startWork(plan, lane, lanes, () => loadFor(plan))
port.on('message', (task: Task) => port.postMessage(work(task)))
