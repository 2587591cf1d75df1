/** What a newcomer reads when the service is up: addresses, and commands to try. */
export function welcomeText(port: number, demoFhirPort: number | undefined): string {
  const service = `http://localhost:${port}`
  const fhir = `http://localhost:${demoFhirPort}/fhir`
  const demo = demoFhirPort === undefined ? '' : `
  Demonstration FHIR server  ${fhir}
  Its patients               ${fhir}/Patient

Try a patient with a STarT Back answer (other ids: recent-pain, red-flag-cauda-equina, not-asked-yet, no-back-problem):

  curl -s ${service}/cds-services/start-back-risk -H 'content-type: application/json' -d '{
    "hook": "patient-view", "hookInstance": "8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b", "fhirServer": "${fhir}",
    "context": { "userId": "Practitioner/COREPRACTITIONER1", "patientId": "start-back-high" } }'
`
  return `
Columna is up. Not for clinical use: the knowledge is a draft.

  CDS Hooks discovery        ${service}/cds-services
  Knowledge as FHIR          ${service}/fhir/PlanDefinition
  Health and figures         ${service}/health/ready  ${service}/metrics
${demo}
`
}
