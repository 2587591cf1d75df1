import { CdsError } from '../errors.js'
import { defined } from '../plain-values/defined.js'
import type { RequestHead } from '../trust/calling-client.js'
import { addressTest } from '../trust/networks.js'
import { practicesIn, referenceTo, shortText, type Person } from './person.js'
import type { ProxySettings } from './settings.js'

/**
 * Tells who asks by the header of a proxy that has signed them in; undefined where there is none.
 * @throws CdsError CDS_SIGN_IN_REFUSED where the header comes from elsewhere, or says more than one thing.
 */
export function personByProxy({ header, practicesHeader, networks }: ProxySettings): (head: RequestHead) => Person | undefined {
  const isListed = addressTest({ hostname: '', networks })
  return ({ headers, address = '' }) => {
    const value = headers[header]
    if (value === undefined) return undefined
    const name = shortText(value)
    // Two of one header are joined by a comma: one of them may be a stranger's.
    if (!isListed(address) || name === undefined || name.includes(','))
      throw new CdsError(
        'CDS_SIGN_IN_REFUSED',
        'Who asks is told by something other than the proxy of this service. Open the page at its own address.',
      )
    const practices = practicesHeader === undefined ? undefined : practicesIn(listed(headers[practicesHeader]))
    return { user: referenceTo(name), name, ...defined({ practices }) }
  }
}

/** Practices that a header lists between semicolons, in UTF-8, of which Node makes a character a byte; none where two of one header were joined, as above. */
function listed(value: RequestHead['headers'][string]): string[] {
  if (typeof value !== 'string' || value.includes(',')) return []
  return Buffer.from(value, 'latin1').toString('utf8').split(';')
}
