import { clinicWords } from '../shared/clinic-words.js'
import { wordsOf } from '../shared/language.js'
import { runApp } from '../shared/run-app.js'
import { discover, pageSettings, questionnaires } from '../shared/service.js'
import { Consultation } from './consultation.js'
import '../shared/clinic.css'
import '../shared/columns.css'
import '../shared/form/form.css'
import './consultation.css'

runApp(
  () => Promise.all([pageSettings(), discover(), questionnaires()]),
  ([settings, services, forms]) => (
    <Consultation settings={settings} services={services.filter(({ hook }) => hook === 'patient-view')} questionnaires={forms} />
  ),
  () => wordsOf(clinicWords).fetchSettings,
)
