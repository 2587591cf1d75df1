import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lazily, memoised } from '../engine/model/memoised.js'
import { isObject } from '../plain-values/json.js'
import type { AppName } from './app-list.js'

/** Where the files of a program are asked for. */
export interface AppFiles {
  script: string
  style?: string
}

/** The programs that run in browsers, as `bundle-apps.mjs` built them. */
export interface BuiltApps {
  /** Files of a program; undefined where it was not built. */
  filesOf: (app: AppName) => AppFiles | undefined
  /** A file that a program asks for by its name. */
  asset: (name: string) => { type: string; text: string } | undefined
}

/** Where the build puts them, at the same depth from here before it and after. */
const BUILT_FOLDER = fileURLToPath(new URL('../../dist/apps', import.meta.url))

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', txt: 'text/plain' }

/** Reads what was built when it is first asked for. @returns what has no program where nothing was built. */
export function readBuiltApps(folder = BUILT_FOLDER): BuiltApps {
  const manifest = lazily(() => manifestIn(folder))
  const textOf = memoised((name: string) => readFileSync(join(folder, basename(name)), 'utf8'))
  return {
    filesOf: app => manifest().apps[app],
    asset(name) {
      if (!manifest().files.includes(name)) return undefined
      return { type: TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream', text: textOf(name) }
    },
  }
}

interface Manifest {
  apps: Readonly<Record<string, AppFiles>>
  files: readonly string[]
}

function manifestIn(folder: string): Manifest {
  try {
    const found = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as unknown
    if (isObject(found)) return found as unknown as Manifest
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return { apps: {}, files: [] }
}
