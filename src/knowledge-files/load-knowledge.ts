import { join } from 'node:path'
import type { CompiledPlan } from '../engine/knowledge/compiled.js'
import type { KnowledgeProfile } from '../engine/knowledge/profile.js'
import { checkBudgets } from '../engine/cards/check-budget.js'
import { FaultList } from '../engine/model/faults.js'
import { CdsError } from '../errors.js'
import { checkTitles } from '../engine/knowledge/check-titles.js'
import { compilingKnowledge, type CompileOptions, type Knowledge } from '../engine/knowledge/compile-knowledge.js'
import { FoundBefore, type FindingsKeeper } from '../engine/knowledge/kept-findings.js'
import type { SettingsTable } from '../engine/knowledge/vocabulary.js'
import { atOnce, type Steps } from '../plain-values/steps.js'
import { CASE_RECORD, readCaseRecord, type CaseRecord } from './case-record.js'
import { checkForms } from './check-forms.js'
import { createFileDigest, readKept, type KeptKnowledge } from './kept-knowledge.js'
import { readKnowledgeJson } from './knowledge-json.js'
import { PROJECT_ROOT } from './project-root.js'
import { readAbout, readProfile } from './read-profile.js'
import { readingResources } from './read-resources.js'
import { readSettings } from './read-settings.js'
import { buildServices, readServiceFiles, type ServiceRegistry } from './services.js'

export { PROJECT_ROOT }

export interface LoadedKnowledge {
  knowledge: Knowledge
  services: ServiceRegistry
  /** What a deployment chooses for the knowledge, which reads it as `%settings`. */
  settings: SettingsTable
  faults: FaultList
  /** What the knowledge is about, in English, where the folder says so. */
  about: string | undefined
  /** What its clinical cases answered when they were last run, where the folder tells. */
  caseRecord: CaseRecord | undefined
  /** Digest of all files that the knowledge was read from. */
  digest: string
  /** Whether these files were found sound before, so that nobody looked for faults again. */
  isSound: boolean
  /** Whether what was found out before could not be read. */
  isKeptDamaged: boolean
}

/** How a folder of knowledge is loaded. */
export interface LoadOptions {
  /** Leaves out plans that this deployment does not serve. */
  isServed?: (plan: CompiledPlan) => boolean
  /** What the knowledge is held to; what its knowledge.json says unless given. */
  profile?: KnowledgeProfile
  /** Whether a name is that of a setting of the service, so that the knowledge may not declare it. */
  isSettingTaken?: (name: string) => boolean
  /** What makes expressions ready to run, in place of the engine's own. */
  makeCompiler?: CompileOptions['makeCompiler']
  /** What was found out of knowledge before; what the code keeps of it unless given. */
  kept?: KeptKnowledge | 'damaged' | undefined
  /** What is found out now is handed to it. */
  keeper?: FindingsKeeper
}

/**
 * Reads and compiles the knowledge and the services of a folder. Faults and warnings are gathered, not thrown; whoever
 * serves calls `faults.throwIfAny()`.
 * @throws CdsError CDS_KNOWLEDGE_INVALID when the folder holds neither.
 */
export const loadKnowledge = (folder?: string, options?: LoadOptions): LoadedKnowledge => atOnce(loadingKnowledge(folder, options))

/** Loads knowledge that is to be answered from. @throws CdsError CDS_KNOWLEDGE_INVALID with every fault. */
export function loadSoundKnowledge(folder?: string, options?: LoadOptions): LoadedKnowledge {
  const loaded = loadKnowledge(folder, options)
  loaded.faults.throwIfAny()
  return loaded
}

/** The same, a file, a library or a plan at each step. */
export function* loadingKnowledge(folder = PROJECT_ROOT, options: LoadOptions = {}): Steps<LoadedKnowledge> {
  const { isServed = () => true, profile: given, isSettingTaken, makeCompiler } = options
  const faults = new FaultList()
  const digest = createFileDigest()
  const written = readKnowledgeJson(folder, faults, digest.seen)
  const profile = given ?? readProfile(written, faults)
  const settings = readSettings(written ?? {}, faults, isSettingTaken)
  const about = readAbout(written ?? {}, faults)
  const files = yield* readingResources(join(folder, 'fhir-resources'), faults, digest.seen)
  const serviceFiles = readServiceFiles(join(folder, 'cds-services'), faults, digest.seen)
  if (files.length + serviceFiles.length + faults.faults.length === 0)
    throw new CdsError(
      'CDS_KNOWLEDGE_INVALID',
      `There is neither knowledge nor a service in ${folder}: it must hold the folder fhir-resources, cds-services or both.`,
    )
  const digestOfFiles = digest.value()
  const foreknowledge = foreknowledgeOf(digestOfFiles, faults, options)
  yield
  const knowledge = yield* compilingKnowledge(files, faults, { profile, settings, makeCompiler, foreknowledge })
  if (!foreknowledge.isSound) yield* checkTexts(knowledge, faults.judgedBy(profile))
  yield
  const services = buildServices(serviceFiles, knowledge, faults.judgedBy(profile), isServed)
  return {
    knowledge,
    services,
    settings,
    faults,
    about,
    caseRecord: readCaseRecord(join(folder, CASE_RECORD), faults),
    digest: digestOfFiles,
    isSound: foreknowledge.isSound,
    isKeptDamaged: foreknowledge.isKeptDamaged,
  }
}

function* checkTexts(knowledge: Knowledge, faults: FaultList): Steps<void> {
  yield
  checkBudgets(knowledge, faults)
  yield
  checkTitles(knowledge, faults)
  checkForms(knowledge, faults)
}

/** What is known of these files from before. Sound are those that were so by the same code, profile and compiler, to the last byte. */
function foreknowledgeOf(digest: string, { faults, warnings }: FaultList, { profile, makeCompiler, keeper, ...options }: LoadOptions) {
  const kept = 'kept' in options ? options.kept : readKept()
  const isKept = kept !== undefined && kept !== 'damaged'
  return {
    isSound: isKept && kept.sound === digest && faults.length + warnings.length === 0 && !profile && !makeCompiler,
    isKeptDamaged: kept === 'damaged',
    found: isKept ? new FoundBefore(kept.findings) : undefined,
    keeper,
  }
}
