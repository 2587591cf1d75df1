import { pageLanguage, wordsOf } from '../shared/language.js'
import { caseWords } from './words.js'

/**
 * Has the language of the page change where it stands: following a link would leave the page, and what the record gave it with it.
 * @param draw draws the page anew.
 */
export function switchLanguageInPlace(draw: () => void): void {
  const link = document.querySelector<HTMLAnchorElement>('header nav a[hreflang]')
  if (!link) return
  const tell = () => {
    const { otherLanguage, title } = wordsOf(caseWords)
    link.textContent = otherLanguage.name
    link.lang = otherLanguage.code
    link.hreflang = otherLanguage.code
    document.title = `${title} · Columna`
  }
  link.addEventListener('click', event => {
    event.preventDefault()
    document.documentElement.lang = pageLanguage() === 'da' ? 'en' : 'da'
    tell()
    draw()
  })
  tell()
}
