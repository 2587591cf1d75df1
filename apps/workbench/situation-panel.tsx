import type { FhirResource } from 'fhir/r4.js'
import { useEffect, useState } from 'preact/hooks'
import type { ServiceDescription } from '../../src/cds-hooks/types.js'
import type { FhirClient } from '../shared/fhir.js'
import { wordsOf } from '../shared/language.js'
import { isOrderHook, referenceOf } from './call.js'
import { draftOf, orderables, type Orderable } from './orders.js'
import { labelOf } from './resource-label.js'
import { workbenchWords } from './words.js'

/** Which service is called: what happens in the record. */
export function HookChooser(props: {
  services: readonly ServiceDescription[]
  chosen: ServiceDescription
  onChoose: (service: ServiceDescription) => void
}) {
  const words = wordsOf(workbenchWords).situation
  return (
    <fieldset class="wb-hooks">
      <legend>{words.hook}</legend>
      {props.services.map(service => {
        const { id, hook, title } = service
        return (
          <label key={id}>
            <input type="radio" name="service" checked={id === props.chosen.id} onChange={() => props.onChoose(service)} />
            <span>
              {words.hooks[hook] ?? hook}
              {props.services.some(other => other !== service && other.hook === hook) && <span class="wb-hint">{title}</span>}
            </span>
          </label>
        )
      })}
    </fieldset>
  )
}

interface DraftsProps {
  client: FhirClient
  patientId: string
  now: () => string
  drafts: readonly FhirResource[]
  onChange: (drafts: FhirResource[]) => void
}

/** What is being ordered, and what can be. */
export function Drafts({ client, patientId, now, drafts, onChange }: DraftsProps) {
  const words = wordsOf(workbenchWords).situation
  const [offered, setOffered] = useState<readonly Orderable[]>([])
  const [chosen, setChosen] = useState('')
  useEffect(() => void orderables(client).then(setOffered), [client])
  const add = () => {
    const found = offered.find(({ id }) => id === chosen)
    if (found) onChange([...drafts, draftOf(found, patientId, now(), drafts)])
    setChosen('')
  }
  return (
    <fieldset class="wb-drafts">
      <legend>{words.drafts}</legend>
      {drafts.length === 0 && <p class="wb-hint">{words.noDrafts}</p>}
      <ul class="wb-chips">
        {drafts.map(draft => (
          <li key={referenceOf(draft)}>
            <span>{labelOf(draft) ?? referenceOf(draft)}</span>
            <button
              type="button"
              aria-label={words.remove(labelOf(draft) ?? referenceOf(draft))}
              onClick={() => onChange(drafts.filter(each => each !== draft))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <div class="wb-row">
        <label class="wb-field">
          <span>{words.order}</span>
          <select value={chosen} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
            <option value="">{words.choose}</option>
            {(['server', 'knowledge'] as const).map(from => (
              <optgroup key={from} label={words.orderFrom[from]}>
                {offered
                  .filter(each => each.from === from)
                  .map(({ id, title }) => (
                    <option key={id} value={id}>
                      {title}
                    </option>
                  ))}
              </optgroup>
            ))}
          </select>
        </label>
        <button type="button" class="button" disabled={chosen === ''} onClick={add}>
          {words.addDraft}
        </button>
      </div>
    </fieldset>
  )
}

/** Whether a service is asked about orders. */
export const asksAboutOrders = ({ hook }: ServiceDescription): boolean => isOrderHook(hook)
