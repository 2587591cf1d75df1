import { loadSoundKnowledge, type LoadedKnowledge } from '../knowledge-files/load-knowledge.js'
import { servedBy } from '../knowledge-files/served-plans.js'
import { lazily } from '../engine/model/memoised.js'
import { patientAsker, type AskPatient } from './ask-patient.js'
import { askedOf, measuresOf } from './asked.js'
import { evaluateBucket } from './evaluate-bucket.js'
import { piecesOf } from './input-files.js'
import { Lane } from './lane.js'
import { linkLines } from './link-lines.js'
import { measuringAsker } from './measure-patient.js'
import { laneFolder, taskName, type RunPlan, type Task } from './plan.js'
import { sortPiece } from './sort-lines.js'

/** Does tasks of a run, one after the other; answers how many patients were evaluated. */
export type Work = (task: Task) => number

const askerOf = (plan: RunPlan, loaded: LoadedKnowledge): AskPatient =>
  plan.question.measures
    ? measuringAsker(measuresOf(plan.question.measures, loaded), loaded.knowledge, plan.question, plan)
    : patientAsker(askedOf(plan.question, loaded), loaded, plan)

/** The knowledge of a run. */
export const loadFor = ({ knowledge, withDrafts }: Pick<RunPlan, 'knowledge' | 'withDrafts'>): LoadedKnowledge =>
  loadSoundKnowledge(knowledge, { isServed: servedBy(withDrafts) })

/**
 * A worker of a run.
 * @param own number of the lane that it sorts to.
 * @param lanes how many lanes there are, those of earlier runs among them.
 * @param load gives the knowledge, where a patient is asked.
 */
export function startWork(plan: RunPlan, own: number, lanes: number, load: () => LoadedKnowledge): Work {
  const pieces = piecesOf(plan.files)
  const folders = Array.from({ length: lanes }, (_, lane) => laneFolder(plan, lane))
  const lane = lazily(() => new Lane(laneFolder(plan, own)))
  const ask = lazily(() => askerOf(plan, load()))
  return task => {
    if (task.step === 'evaluate') return evaluateBucket(task.bucket, plan, folders, ask())
    const piece = task.step === 'sort' ? pieces[task.piece] : undefined
    if (piece) sortPiece(piece, plan, lane())
    if (task.step === 'link') linkLines(task.bucket, plan, folders, lane())
    lane().note(taskName(task))
    return 0
  }
}
