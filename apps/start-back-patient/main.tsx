import { render, type ComponentChild } from 'preact'
import { wordsOf } from '../shared/language.js'
import { findLink, patientForm } from '../shared/patient-links.js'
import { pageSettings, type Refused } from '../shared/service.js'
import { linkIn } from './link.js'
import { PatientApp } from './patient-app.js'
import { patientWords } from './words.js'
import './patient.css'

/** Shows the form, or why it cannot be answered here. */
async function page(): Promise<ComponentChild> {
  const words = wordsOf(patientWords)
  const link = linkIn(location.hash)
  const [form, settings, isOpen] = await Promise.all([
    patientForm(),
    pageSettings(),
    link ? findLink(link.id).then(({ isAnswered }) => !isAnswered, refusedAsUnknown) : true,
  ])
  if (!form) return <Notice title={words.noWording} text={words.noWordingWhat} />
  if (!isOpen) return <Notice title={words.used} text={words.usedWhat} />
  return <PatientApp form={form} settings={settings} link={link} />
}

/** A link that is unknown is used up; anything else is worth another try. */
function refusedAsUnknown(refused: Refused): false {
  if (refused.status === 404) return false
  throw refused
}

function Notice({ title, text, onAgain }: { title?: string; text: string; onAgain?: () => void }) {
  return (
    <div class="patient">
      {title !== undefined && <h1>{title}</h1>}
      <p role={onAgain ? 'alert' : undefined}>{text}</p>
      {onAgain && (
        <button type="button" class="big is-first" onClick={onAgain}>
          {wordsOf(patientWords).again}
        </button>
      )}
    </div>
  )
}

function start(place: HTMLElement): void {
  page().then(
    shown => render(shown, place),
    () => render(<Notice text={wordsOf(patientWords).loadFailed} onAgain={() => start(place)} />, place),
  )
}

const place = document.getElementById('app')
if (place) {
  place.replaceChildren()
  start(place)
}
