import { useEffect, useMemo, useState } from 'preact/hooks'
import type { PageSettings } from '../../src/server/routes.js'
import { clinicWords } from './clinic-words.js'
import { writtenDay } from './dates.js'
import { fhirClient, patientsOf, type FhirClient, type PatientChoice } from './fhir.js'
import { wordsOf } from './language.js'
import { serversOf, wishedPatient } from './servers.js'
import type { Refused } from './service.js'

/** What the server of `client` told. */
type Found = { client: FhirClient } & ({ patients: readonly PatientChoice[] } | { refused: Refused })

interface ChooserProps {
  settings: PageSettings
  /** The patient who is chosen already: an id says who it is beside its server alone. */
  chosen: { client: FhirClient; patient: PatientChoice } | undefined
  onChoose: (client: FhirClient, patient: PatientChoice) => void
}

/** A server, where there are several, and one of its patients. */
export function PatientChooser({ settings, chosen, onChoose }: ChooserProps) {
  const words = wordsOf(clinicWords)
  const servers = serversOf(settings)
  const [server, setServer] = useState(servers[0])
  const [told, setTold] = useState<Found>()
  const [, showAgain] = useState({})
  const client = useMemo(() => (server === undefined ? undefined : fhirClient(server)), [server])
  // What another server tells, that was asked before, is not about the patients of this one.
  const found = told?.client === client ? told : undefined
  const load = () => {
    if (client === undefined) return
    setTold(undefined)
    patientsOf(client).then(
      patients => setTold({ client, patients }),
      (refused: unknown) => setTold({ client, refused: refused as Refused }),
    )
  }
  useEffect(load, [client])
  useEffect(() => {
    const wished = wishedPatient(settings)
    const patient = found && 'patients' in found ? found.patients.find(({ id }) => id === wished) : undefined
    if (patient && chosen === undefined && client !== undefined) onChoose(client, patient)
  }, [found])
  if (client === undefined) return <p role="alert">{words.noServers}</p>
  const called = ({ name, birthDate }: PatientChoice) => (birthDate === undefined ? name : `${name}, ${words.born(writtenDay(birthDate))}`)
  return (
    <div class="chooser">
      {servers.length > 1 && (
        <div class="choice">
          <label for="choose-server">{words.server}</label>
          <select id="choose-server" value={server} onChange={({ currentTarget }) => setServer(currentTarget.value)}>
            {servers.map(each => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </div>
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
        <div class="choice">
          <label for="choose-patient">{words.patient}</label>
          <select
            id="choose-patient"
            value={chosen?.client.base === client.base ? chosen.patient.id : ''}
            onChange={({ currentTarget }) => {
              const patient = found.patients.find(({ id }) => id === currentTarget.value)
              if (patient) onChoose(client, patient)
              // Where the choice is not taken, the one before stands.
              showAgain({})
            }}
          >
            <option value="" disabled>
              {words.choosePatient}
            </option>
            {found.patients.map(patient => (
              <option key={patient.id} value={patient.id}>
                {called(patient)}
              </option>
            ))}
          </select>
          {chosen?.client.base === client.base && (
            <p class="chosen-patient" aria-hidden="true">
              {called(chosen.patient)}
            </p>
          )}
        </div>
      )}
    </div>
  )
}
