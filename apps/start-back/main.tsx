import { clinicWords } from '../shared/clinic-words.js'
import { wordsOf } from '../shared/language.js'
import { patientForm } from '../shared/patient-links.js'
import { runApp } from '../shared/run-app.js'
import { discover, pageSettings, questionnaires, Refused } from '../shared/service.js'
import { StartBack } from './start-back.js'
import '../shared/clinic.css'
import '../shared/columns.css'
import '../shared/form/form.css'
import './start-back.css'

/** By which the knowledge and its services name what this page is about. */
const NAME = 'start-back'

runApp(
  async () => {
    const [settings, services, forms, wording] = await Promise.all([pageSettings(), discover(), questionnaires(), patientForm()])
    const service = services.find(({ id, hook }) => id.startsWith(NAME) && hook === 'patient-view')
    const questionnaire = forms.find(({ id }) => id === NAME)
    if (!service || !questionnaire) throw new Refused(404, 'CDS_SERVICE_UNKNOWN', '')
    return { settings, service, questionnaire, wording }
  },
  ({ settings, service, questionnaire, wording }) => (
    <StartBack settings={settings} service={service} questionnaire={questionnaire} patientForm={wording} />
  ),
  () => wordsOf(clinicWords).fetchSettings,
)
