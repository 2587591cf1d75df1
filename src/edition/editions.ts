import type { RequestListener } from 'node:http'
import { warmUpFurther } from '../calls/warm-up.js'
import { CdsError, stackFrames } from '../errors.js'
import { checkApart } from '../knowledge-files/check-apart.js'
import type { KnowledgeCheck } from '../knowledge-files/check-knowledge.js'
import { loadingKnowledge, type LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import { withPauses } from '../plain-values/steps.js'
import type { Reloaded, ReloadState } from '../server/environment.js'
import { loadOptions, openEdition, type Deployment, type Edition } from './edition.js'

/** What is served, one edition after the other. */
export interface Editions {
  current: () => Edition
  /** Answers each request by the edition that was served when it came. */
  service: RequestListener
  operations: RequestListener
  /**
   * Loads knowledge and clients anew, one time after the other. Who asks while that is under way has it done once more.
   * @throws CdsError CDS_RELOAD_REFUSED naming what to mend; what was served is served on.
   */
  reload: () => Promise<Reloaded>
  /** Makes what is made when it is first asked for, in the turns that nobody else wants. */
  makeRestReady: () => Promise<void>
}

/** Most faults that one line of the log names. */
const MOST_FAULTS = 20

/** How often files are read again that changed while they were. */
const MOST_TRIES = 3

/**
 * Opens the first edition of a deployment, and whatever takes its place.
 * @param check parses and checks the knowledge of a folder.
 * @throws CdsError when the knowledge has faults, or the file of clients is wrong.
 */
export async function createEditions(
  deployment: Deployment,
  first: LoadedKnowledge,
  check: (folder: string | undefined) => Promise<KnowledgeCheck> = checkApart,
): Promise<Editions> {
  const { log, metrics, now, readiness } = deployment
  const state: ReloadState = { loadedAt: now() }
  let underWay: Promise<Reloaded> | undefined
  let next: Promise<Reloaded> | undefined

  const again = (): Promise<Reloaded> => {
    next = undefined
    return reload()
  }
  const reload = (): Promise<Reloaded> => {
    if (underWay) {
      // What is under way may have read files already that have changed since.
      next ??= underWay.then(again, again)
      return next
    }
    underWay = attempt().finally(() => (underWay = undefined))
    return underWay
  }
  const reloading = { state: () => state, reload: () => reload() }
  let edition = await openEdition(deployment, first, reloading)
  metrics.noteLoaded(first.digest, state.loadedAt)

  const attempt = async (): Promise<Reloaded> => {
    const began = performance.now()
    try {
      if (readiness.isStopping) throw new CdsError('CDS_NOT_READY', 'The process is stopping.')
      const reloaded = await loadAnew()
      delete state.refusedAt
      metrics.countReload(reloaded.outcome)
      log.info({ ...reloaded, ms: Math.round(performance.now() - began) }, 'knowledge and clients were loaded anew')
      return reloaded
    } catch (error) {
      throw refused(error)
    }
  }

  const loadAnew = async (): Promise<Reloaded> => {
    const before = edition
    const loaded = await knowledgeAnew(deployment, before.loaded, check)
    const after = await openEdition(deployment, loaded, reloading, before)
    requireTakesPlace(before, after)
    const isSame = loaded === before.loaded && after.trust.written === before.trust.written
    if (!isSame) edition = after
    if (loaded !== before.loaded) {
      state.loadedAt = now()
      metrics.noteLoaded(loaded.digest, state.loadedAt)
      void makeRestReady(after)
    }
    return {
      outcome: isSame ? 'unchanged' : 'loaded',
      digest: loaded.digest,
      services: loaded.services.size,
      clients: after.trust.registeredClients ?? 'anybody',
    }
  }

  const makeRestReady = ({ options }: Edition): Promise<void> =>
    warmUpFurther(options.services, options).catch(() => log.warn('not all could be made ready before it is asked for'))

  const refused = (error: unknown): CdsError => {
    state.refusedAt = now()
    metrics.countReload('refused')
    const isMeant = error instanceof CdsError
    const { message, details } = isMeant ? error : { message: 'It failed, which is a fault of ours.', details: [] }
    log.error(
      { message, faults: details.slice(0, MOST_FAULTS), count: details.length, ...(!isMeant && { stack: stackFrames(error) }) },
      'what lies there now is refused, and what was loaded before is served on',
    )
    return new CdsError('CDS_RELOAD_REFUSED', `${message} What was loaded before is served on.`, details)
  }

  return {
    current: () => edition,
    service: (request, response) => edition.service(request, response),
    operations: (request, response) => edition.operations?.(request, response),
    reload,
    makeRestReady: () => makeRestReady(edition),
  }
}

/**
 * The knowledge of the deployment's folder as it lies there now; the very same where no file has changed. It is checked
 * apart, and then loaded in the turns of the loop.
 */
async function knowledgeAnew(
  { settings, turns }: Deployment,
  before: LoadedKnowledge,
  check: (folder: string | undefined) => Promise<KnowledgeCheck>,
): Promise<LoadedKnowledge> {
  const { knowledgeFolder } = settings
  for (let tried = 0; tried < MOST_TRIES; tried += 1) {
    const { digest, faults, kept } = await check(knowledgeFolder)
    if (faults.length > 0) throw new CdsError('CDS_KNOWLEDGE_INVALID', `The knowledge has ${faults.length} fault(s).`, faults)
    if (digest === before.digest) return before
    const options = { ...loadOptions(settings), ...(kept && { kept }) }
    const loaded = await withPauses(loadingKnowledge(knowledgeFolder, options), () => turns.take())
    if (loaded.digest === digest) return loaded
  }
  throw new CdsError('CDS_KNOWLEDGE_INVALID', 'The files of the knowledge change while they are read. Try again when they are all there.')
}

/** @throws CdsError when an edition may not take the place of another without a start. */
function requireTakesPlace(before: Edition, after: Edition): void {
  if (before.trust.registeredClients !== undefined && after.trust.registeredClients === undefined)
    throw new CdsError('CDS_SETTING_INVALID', 'The file of clients is gone, without which anybody might call.')
  const pointsOf = ({ loaded }: Edition) => loaded.knowledge.profile.names.card.decisionPoints
  if (pointsOf(before) !== pointsOf(after))
    throw new CdsError('CDS_KNOWLEDGE_INVALID', 'knowledge.json has other extensionNames, by which the record reads cards: start anew.')
}
