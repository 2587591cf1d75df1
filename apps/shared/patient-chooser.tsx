import { useEffect, useState } from 'preact/hooks'
import type { PageSettings } from '../../src/server/routes.js'
import { clinicWords } from './clinic-words.js'
import { fhirClient, patientsOf, type FhirClient, type PatientChoice } from './fhir.js'
import { wordsOf } from './language.js'
import type { Refused } from './service.js'

type Found = { patients: readonly PatientChoice[] } | { refused: Refused } | undefined

interface ChooserProps {
  settings: PageSettings
  /** Id of the patient who is chosen already. */
  chosen: string | undefined
  onChoose: (client: FhirClient, patient: PatientChoice) => void
}

/** A server, where there are several, and one of its patients. */
export function PatientChooser({ settings, chosen, onChoose }: ChooserProps) {
  const words = wordsOf(clinicWords)
  const servers = serversOf(settings)
  const [server, setServer] = useState(servers[0])
  const [found, setFound] = useState<Found>()
  const load = () => {
    if (server === undefined) return
    setFound(undefined)
    patientsOf(fhirClient(server)).then(
      patients => setFound({ patients }),
      (refused: unknown) => setFound({ refused: refused as Refused }),
    )
  }
  useEffect(load, [server])
  useEffect(() => {
    const wished = demonstrationPatient(settings)
    const patient = found && 'patients' in found ? found.patients.find(({ id }) => id === wished) : undefined
    if (patient && chosen === undefined && server !== undefined) onChoose(fhirClient(server), patient)
  }, [found])
  if (server === undefined) return <p role="alert">{words.noServers}</p>
  return (
    <div class="chooser">
      {servers.length > 1 && (
        <label>
          <span>{words.server}</span>
          <select value={server} onChange={({ currentTarget }) => setServer(currentTarget.value)}>
            {servers.map(each => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      )}
      {found === undefined && <p role="status">{words.loadingPatients}</p>}
      {found && 'refused' in found && (
        <div role="alert">
          <p>{words.refused(words.fetchPatients, found.refused)}</p>
          <button type="button" class="button" onClick={load}>
            {words.tryAgain}
          </button>
        </div>
      )}
      {found && 'patients' in found && found.patients.length === 0 && <p role="status">{words.noPatients}</p>}
      {found && 'patients' in found && found.patients.length > 0 && (
        <label>
          <span>{words.patient}</span>
          <select
            value={chosen ?? ''}
            onChange={({ currentTarget }) => {
              const patient = found.patients.find(({ id }) => id === currentTarget.value)
              if (patient) onChoose(fhirClient(server), patient)
            }}
          >
            <option value="" disabled>
              {words.choosePatient}
            </option>
            {found.patients.map(({ id, name, birthDate }) => (
              <option key={id} value={id}>
                {birthDate === undefined ? name : `${name}, ${words.born(birthDate)}`}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  )
}

/** Servers that a page can ask for: those whose address is whole, the demonstration's first. */
const serversOf = ({ demonstration, fhirServers }: PageSettings): string[] => {
  const listed = fhirServers.filter(server => !server.includes('*'))
  if (!demonstration) return listed
  const isOther = (server: string) => portOf(server) !== portOf(demonstration.fhirServer)
  return [demonstration.fhirServer, ...listed.filter(isOther)]
}

/** The demonstration is listed under two names of this machine. */
const portOf = (server: string): string => {
  const { hostname, port } = new URL(server)
  return ['localhost', '127.0.0.1'].includes(hostname) ? `this machine ${port}` : server
}

/** An invented patient whom a link of the demonstration names behind `#demo=`; of a real one nothing stands in an address. */
const demonstrationPatient = ({ demonstration }: PageSettings): string | undefined =>
  demonstration && new URLSearchParams(location.hash.slice(1)).get('demo')
    ? (new URLSearchParams(location.hash.slice(1)).get('demo') ?? undefined)
    : undefined
