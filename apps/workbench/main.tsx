import { clinicWords } from '../shared/clinic-words.js'
import { wordsOf } from '../shared/language.js'
import { runApp } from '../shared/run-app.js'
import { discover, pageSettings } from '../shared/service.js'
import { Workbench } from './workbench.js'
import '../shared/clinic.css'
import './workbench.css'

runApp(
  () => Promise.all([pageSettings(), discover()]),
  ([settings, services]) => <Workbench settings={settings} services={services} />,
  () => wordsOf(clinicWords).fetchSettings,
)
