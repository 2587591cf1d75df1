import express, { type Express } from 'express'
import { createDemoFhirServer } from './fhir-server.js'
import { demoPeople } from './people.js'

/** The embedded FHIR server under /fhir, with the synthetic people as they are at `now`. */
export function createDemoApp(now: () => Date): Express {
  return express()
    .disable('x-powered-by')
    .use('/fhir', createDemoFhirServer({ resources: demoPeople(now()), now }))
}
