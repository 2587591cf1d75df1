import type { Tracing } from '../tracing/tracing.js'
import type { Asked, Handler } from './reply.js'

/** A handler whose answers are told as spans, by the template of their path. */
export const tracedHandler =
  (tracing: Tracing, path: string, handler: Handler): Handler =>
  (asked, environment) =>
    tracing.answer(`POST ${path}`, asked, async tell => {
      tell({
        'http.request.method': 'POST',
        'http.route': path,
        'columna.request_id': asked.requestId,
        'columna.client': asked.caller?.name,
      })
      const telling: Asked = {
        ...asked,
        noteService: service => {
          tell({ 'columna.service': service })
          asked.noteService(service)
        },
        noteAnswer: (...answer) => {
          const [cards, undecided] = answer
          tell({ 'columna.cards': cards, 'columna.undecided': undecided.length })
          asked.noteAnswer(...answer)
        },
      }
      const reply = await handler(telling, environment)
      tell({ 'http.response.status_code': 200 })
      return reply
    })
