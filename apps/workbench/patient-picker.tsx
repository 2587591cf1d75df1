import { useEffect, useState } from 'preact/hooks'
import { clinicWords } from '../shared/clinic-words.js'
import { writtenDay } from '../shared/dates.js'
import { patientsOf, type FhirClient, type PatientChoice } from '../shared/fhir.js'
import { wordsOf } from '../shared/language.js'
import { RefusedNote } from '../shared/refused-note.js'
import { useLatest } from '../shared/use-latest.js'
import { workbenchWords } from './words.js'

interface PickerProps {
  client: FhirClient
  chosen: PatientChoice | undefined
  /** Id of a patient who is chosen as soon as the server has told of them. */
  wished: string | undefined
  onChoose: (patient: PatientChoice | undefined) => void
}

/** A patient of a server: chosen out of a list that is searched by name or id. */
export function PatientPicker({ client, chosen, wished, onChoose }: PickerProps) {
  const words = wordsOf(workbenchWords).situation
  const clinic = wordsOf(clinicWords)
  const [search, setSearch] = useState('')
  /** What the server was asked for, where those that came first were not enough. */
  const [asked, setAsked] = useState('')
  const found = useLatest(givenUp => patientsOf(client, asked, givenUp), [client, asked])
  useEffect(() => {
    const patient = found.answer?.find(({ id }) => id === wished)
    if (patient && chosen === undefined) onChoose(patient)
  }, [found.answer, wished])
  if (chosen)
    return (
      <div class="wb-chosen">
        <div>
          <span class="wb-hint">{words.chosen}</span>
          <strong>{chosen.name}</strong>
          <span class="wb-hint">
            {chosen.birthDate !== undefined && `${clinic.born(writtenDay(chosen.birthDate))} · `}
            {chosen.id}
          </span>
        </div>
        <button type="button" class="wb-quiet" onClick={() => onChoose(undefined)}>
          {words.change}
        </button>
      </div>
    )
  if (found.refused) return <RefusedNote what={clinic.fetchPatients} refused={found.refused} onAgain={found.askAgain} />
  if (!found.answer) return <p role="status">{clinic.loadingPatients}</p>
  const wanted = search.trim().toLowerCase()
  // What the server found is what was asked for, however it compares names.
  const isFound = wanted === asked.toLowerCase()
  const shown = isFound ? found.answer : found.answer.filter(({ name, id }) => `${name} ${id}`.toLowerCase().includes(wanted))
  return (
    <div class="wb-picker">
      <label class="wb-field">
        <span>{words.search}</span>
        <input type="search" value={search} onInput={({ currentTarget }) => setSearch(currentTarget.value)} />
      </label>
      {shown.length === 0 && (
        <>
          <p role="status">{words.noSuch}</p>
          {search.trim() !== '' && asked !== search.trim() && (
            <button type="button" class="button" onClick={() => setAsked(search.trim())}>
              {words.searchOnServer}
            </button>
          )}
        </>
      )}
      <ul class="wb-people">
        {shown.map(patient => (
          <li key={patient.id}>
            <button type="button" onClick={() => onChoose(patient)}>
              <span>{patient.name}</span>
              <span class="wb-hint">{patient.birthDate === undefined ? patient.id : writtenDay(patient.birthDate)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
