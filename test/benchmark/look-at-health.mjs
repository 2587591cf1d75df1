// Asks for the health of a server again and again, in a process of its own: whoever makes the load is late to look at the
// clock himself. Prints the waits in milliseconds as JSON.
//   node look-at-health.mjs <url of the server> <seconds>
import { Agent, get } from 'node:http'

const PAUSE_MS = 50
const [, , url, seconds] = process.argv
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

function look() {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const answered = response => response.resume().on('end', () => resolve(performance.now() - began))
    get(`${url}/health/live`, { agent }, answered).on('error', reject)
  })
}

const waits = []
for (const end = performance.now() + Number(seconds) * 1000; performance.now() < end;) {
  waits.push(await look())
  await new Promise(resolve => setTimeout(resolve, PAUSE_MS))
}
process.stdout.write(JSON.stringify(waits))
agent.destroy()
