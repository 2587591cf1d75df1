// The thread in which new knowledge is parsed and checked, so that nobody who is answered meanwhile waits for it.
import { parentPort, workerData } from 'node:worker_threads'
import { checkKnowledge } from './check-knowledge.js'

if (!parentPort) throw new Error('This is a thread of the service and no program.')
parentPort.postMessage(checkKnowledge(workerData as string | undefined))
