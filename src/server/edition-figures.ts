import { Counter, Gauge, type Registry } from 'prom-client'

/** Figures of what is served, and of the attempts to load it anew. */
export interface EditionFigures {
  /** Tells which knowledge is served from now on. */
  noteLoaded: (digest: string, at: Date) => void
  /** Counts an attempt to load knowledge and clients anew. */
  countReload: (outcome: 'loaded' | 'unchanged' | 'refused') => void
}

/** Makes these figures in some registers. */
export function createEditionFigures(registers: Registry[]): EditionFigures {
  const served = new Gauge({
    name: 'cds_knowledge_info',
    help: 'Always 1: the digest of the knowledge that is served.',
    labelNames: ['digest'],
    registers,
  })
  const loadedAt = new Gauge({
    name: 'cds_knowledge_loaded_timestamp_seconds',
    help: 'When the knowledge that is served was loaded, in seconds since 1970.',
    registers,
  })
  const isRefused = new Gauge({
    name: 'cds_reload_refused',
    help: 'Whether the last attempt to load knowledge and clients anew was refused, so that older ones are served: 1 or 0.',
    registers,
  })
  const reloads = new Counter({
    name: 'cds_reloads_total',
    help: 'Attempts to load knowledge and clients anew, by what came of them.',
    labelNames: ['outcome'],
    registers,
  })
  return {
    noteLoaded: (digest, at) => {
      served.reset()
      served.set({ digest }, 1)
      loadedAt.set(at.getTime() / 1000)
    },
    countReload: outcome => {
      reloads.inc({ outcome })
      isRefused.set(outcome === 'refused' ? 1 : 0)
    },
  }
}
