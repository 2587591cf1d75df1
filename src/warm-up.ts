import { explainPlan } from './apply/explain-plan.js'
import { answerCall, gatherCall, scopeFor, type CallEnvironment } from './call-service.js'
import type { ServiceRegistry } from './services/service-registry.js'

/** Names no patient; it never leaves the process. */
const NOBODY = 'warm-up'

/**
 * Evaluates every condition of every service once for an empty record, so that the first patient does not wait for
 * code that runs for the first time.
 */
export async function warmUp(services: ServiceRegistry, environment: CallEnvironment): Promise<void> {
  for (const service of services.values()) {
    const prefetch = Object.fromEntries(service.requirements.map(({ key, type }) => [key, type === 'Patient' ? { resourceType: 'Patient', id: NOBODY } : null]))
    const request = { hook: service.hook, hookInstance: '00000000-0000-4000-8000-000000000000', context: { patientId: NOBODY }, prefetch }
    const call = await gatherCall(service, request, environment)
    answerCall(call, 'da', environment)
    const scope = scopeFor(call, environment)
    service.plans.forEach(plan => explainPlan(plan, scope))
  }
}
