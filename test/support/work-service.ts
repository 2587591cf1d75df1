import { createDemoApp } from '../../src/demo/demo-app.js'
import { buildTestApps } from './browser-apps.js'
import { listen, type Listening } from './listen.js'
import { startTestService, TEST_NOW, type TestServiceOptions } from './service.js'

/** The service with the programs of apps/ and the demonstration beside it, at the instant at which tests stand still. */
export interface WorkService extends Listening {
  /** Base URL of the demonstration's FHIR server, with the people as they are at that instant. */
  fhirServer: string
}

/** Builds the programs and starts both. */
export async function startWorkService(options: TestServiceOptions = {}): Promise<WorkService> {
  const apps = await buildTestApps()
  const demo = await listen(createDemoApp(() => TEST_NOW))
  const fhirServer = `${demo.url}/fhir`
  const service = await startTestService({
    apps,
    isDemonstration: true,
    arePagesOpen: true,
    isClockFrozen: true,
    fhirServers: [fhirServer],
    demonstrationFhirServer: fhirServer,
    ...options,
  })
  return {
    ...service,
    fhirServer,
    async close() {
      await service.close()
      await demo.close()
      apps.remove()
    },
  }
}
