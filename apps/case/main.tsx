import { render, type ComponentChild } from 'preact'
import { wordsOf } from '../shared/language.js'
import { RefusedNote } from '../shared/refused-note.js'
import { Refused } from '../shared/service.js'
import { switchLanguageInPlace } from './language-switch.js'
import { LaunchFault } from './launch-fault.js'
import { beginLaunch, finishLaunch } from './launch.js'
import { caseWords } from './words.js'
import '../shared/clinic.css'
import './case.css'

/** What a launch that came to nothing tells. */
function FaultNote({ fault }: { fault: LaunchFault }) {
  const words = wordsOf(caseWords)
  const { happened, toDo } = words.faults[fault.fault]
  return (
    <>
      <h1>{words.faultTitle}</h1>
      <div class="refused" role="alert">
        <p>{happened}</p>
        <p>{toDo}</p>
      </div>
    </>
  )
}

/** Tells why the page shows nothing. */
function Failed({ error }: { error: unknown }) {
  const words = wordsOf(caseWords)
  if (error instanceof LaunchFault) return <FaultNote fault={error} />
  if (!(error instanceof Refused)) throw error
  return (
    <>
      <h1>{words.faultTitle}</h1>
      <RefusedNote what={words.ask} refused={error} />
      <p>{words.openEhr}</p>
    </>
  )
}

async function run(place: HTMLElement): Promise<void> {
  const parameters = new URLSearchParams(location.search)
  const show = (what: ComponentChild) => render(what, place)
  place.replaceChildren()
  show(<p role="status">{wordsOf(caseWords).launching}</p>)
  try {
    if (location.pathname.endsWith('/launch')) return await beginLaunch(parameters)
    if (!parameters.has('state')) throw new LaunchFault('not-launched')
    const launched = await finishLaunch(parameters)
    // What a launch sends on to the EHR needs nothing of it.
    const { CasePage } = await import('./case-page.js')
    const draw = () => show(<CasePage launched={launched} />)
    switchLanguageInPlace(draw)
    draw()
  } catch (error) {
    show(<Failed error={error} />)
  }
}

const place = document.getElementById('app')
if (place) void run(place)
