import { fileURLToPath } from 'node:url'

/** Folder that holds fhir-resources/ and cds-services/; src/ and dist/ both lie in it. */
export const PROJECT_ROOT = fileURLToPath(new URL('../..', import.meta.url))
