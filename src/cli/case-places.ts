/** Where the cases of a knowledge folder stand: beside the knowledge, or among the tests of its repository. */
export const CASE_PLACES = ['clinical-cases', 'test/clinical-cases']
