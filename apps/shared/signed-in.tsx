import { render } from 'preact'
import { useState } from 'preact/hooks'
import type { PageSettings } from '../../src/server/routes.js'
import type { SignedOut } from '../../src/server/sign-in-routes.js'
import { clinicWords } from './clinic-words.js'
import { forgetAnswers } from './kept-places.js'
import { wordsOf } from './language.js'
import { ask } from './service.js'
import './signed-in.css'

/** Shows in the head of the page who is signed in, with the way out; nothing where nobody is. */
export function showSignedIn({ user }: PageSettings): void {
  const head = document.querySelector('header.bar')
  if (!user || !head) return
  const place = document.createElement('div')
  place.className = 'signed-in'
  head.insertBefore(place, head.querySelector('nav'))
  render(<SignedIn name={user.name} />, place)
}

function SignedIn({ name }: { name: string | undefined }) {
  const words = wordsOf(clinicWords)
  const [isFailed, setFailed] = useState(false)
  const signOut = async () => {
    setFailed(false)
    try {
      const { goOnTo = '/' } = (await ask<SignedOut>('POST', '/sign-out', {})).answer
      forgetAnswers()
      location.assign(goOnTo)
    } catch {
      // Who went on to another page would take themselves for signed out.
      setFailed(true)
    }
  }
  return (
    <>
      {name !== undefined && <span class="signed-in-name">{name}</span>}
      <button type="button" class="sign-out" onClick={() => void signOut()}>
        {words.signOut}
      </button>
      {isFailed && (
        <p role="alert" class="sign-out-failed">
          {words.signOutFailed}
        </p>
      )}
    </>
  )
}

/** Where somebody signs in again, to come back to this page. */
export const signInAgain = (): string => `/sign-in?${new URLSearchParams({ to: `${location.pathname}${location.search}` }).toString()}`
