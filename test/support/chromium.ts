import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
]

/** Starts Debian's Chromium, which asks for nothing by itself. @throws Error where it is not installed. */
export async function startChromium(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error(`This needs ${CHROMIUM}: apt-get install chromium.`)
  return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS })
}
