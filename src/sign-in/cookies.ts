import type { RequestHead } from '../trust/calling-client.js'

/** A cookie of ours as a browser keeps it. */
export interface Cookie {
  /** What a request brought of it; undefined where it brought none. */
  of: (head: Pick<RequestHead, 'headers'>) => string | undefined
  /** The header that has a browser keep it. @param seconds for which it does. */
  kept: (value: string, seconds: number) => string
  /** The header that has a browser forget it. */
  forgotten: () => string
}

/**
 * A cookie that no script reads, that no page of another site has sent with a POST, and that over https no other host of the
 * domain can set (`__Host-`). It is Lax and not Strict, since a person comes back from the issuer's page by a link of that page.
 * @param path of ours that alone is sent it; such a one another host of the domain may set, so that what it says is to be proved.
 */
export function cookieNamed(name: string, publicUrl: string, path?: string): Cookie {
  const isSecure = publicUrl.startsWith('https:')
  const prefix = path === undefined ? '__Host-' : '__Secure-'
  const whole = isSecure ? `${prefix}${name}` : name
  const attributes = [
    `Path=${path === undefined ? '/' : new URL(`${publicUrl}${path}`).pathname}`,
    'HttpOnly',
    'SameSite=Lax',
    ...(isSecure ? ['Secure'] : []),
  ]
  const header = (value: string, seconds: number) => [`${whole}=${value}`, `Max-Age=${seconds}`, ...attributes].join('; ')
  return {
    of: ({ headers: { cookie } }) => valueIn(typeof cookie === 'string' ? cookie : '', whole),
    kept: header,
    forgotten: () => header('', 0),
  }
}

function valueIn(cookies: string, name: string): string | undefined {
  const pair = cookies.split(';').find(each => each.trimStart().startsWith(`${name}=`))
  const value = pair?.slice(pair.indexOf('=') + 1).trim()
  return value === '' ? undefined : value
}
