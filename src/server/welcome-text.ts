/** Addresses that this machine reaches as localhost. */
const LOCAL = ['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost']

/** What a newcomer reads when the service is up: addresses, and commands to try. */
export function welcomeText(where: {
  host: string
  service: number
  demo: number | undefined
  operations: number | undefined
  isOwnKnowledge: boolean
  isDraft: boolean
}): string {
  const at = (port: number) => `http://${LOCAL.includes(where.host) ? 'localhost' : where.host}:${port}`
  const service = at(where.service)
  const operations = at(where.operations ?? where.service)
  const fhir = `${at(where.demo ?? 0)}/fhir`
  const demo =
    where.demo === undefined
      ? ''
      : `
  Demonstration FHIR server  ${fhir}
  Its patients               ${fhir}/Patient
${where.isOwnKnowledge ? exampleCall(service, fhir) : ''}`
  return `
Columna is up.${where.isDraft ? ' Not for clinical use: the knowledge is a draft.' : ''}

  Begin here                 ${service}/${where.demo !== undefined && where.isOwnKnowledge ? '  (six patients, one click each)' : ''}
  Workbench                  ${service}/workbench/
${where.isOwnKnowledge ? ownForms(service) : ''}  Recommendations            ${service}/guidelines
  Practice report            ${service}/quality
  CDS Hooks discovery        ${service}/cds-services
  All addresses as OpenAPI   ${service}/openapi.json
  Knowledge as FHIR          ${service}/fhir/PlanDefinition
  Health and figures         ${operations}/health/ready  ${operations}/metrics
${demo}
`
}

/** Pages that ask by the forms of the knowledge of this package. */
const ownForms = (service: string): string => `  Only what can change the advice, STarT Back
                             ${service}/consultation/  ${service}/start-back/
`

/** A call that the knowledge of this package answers with a card. */
const exampleCall = (service: string, fhir: string): string => `
Try a patient with a STarT Back answer (other ids: recent-pain, red-flag-cauda-equina, not-asked-yet, no-back-problem):

  curl -s ${service}/cds-services/start-back-risk -H 'content-type: application/json' -d '{
    "hook": "patient-view", "hookInstance": "8c5a2b1e-6f0d-4d5b-9d7f-0d2f4a1c3e5b", "fhirServer": "${fhir}",
    "context": { "userId": "Practitioner/COREPRACTITIONER1", "patientId": "start-back-high" } }'
`
