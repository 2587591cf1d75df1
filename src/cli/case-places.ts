import { join } from 'node:path'

/** Where the cases of a knowledge folder stand: beside the knowledge, or among the tests of its repository. */
export const CASE_PLACES = ['clinical-cases', 'test/clinical-cases']

/** Where the cases of a knowledge folder may stand. */
export const casePaths = (folder: string): string[] => CASE_PLACES.map(place => join(folder, place))
