import { existsSync } from 'node:fs'
import type { FaultList } from '../engine/model/faults.js'
import { readJson } from './read-resources.js'

/** Where a folder of knowledge keeps what its clinical cases answered when they were last run. */
export const CASE_RECORD = 'case-record.json'

/** What clinical cases answered when they were last run. */
export interface CaseRecord {
  cases: number
  /** How many answered as they were expected to. */
  asExpected: number
  /** How many cases ask for a decision point, by the answer they expect. */
  points: Readonly<Record<string, CasesOfPoint>>
}

/** Cases that ask for one decision point, by the answer they expect. */
export interface CasesOfPoint {
  yes: number
  no: number
  cannotTell: number
}

/** Reads the record of a folder; undefined where it has none. @param path of the file. */
export const readCaseRecord = (path: string, faults: FaultList): CaseRecord | undefined =>
  existsSync(path) ? (readJson(path, CASE_RECORD, faults) as CaseRecord | undefined) : undefined
