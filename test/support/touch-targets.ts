import type { Page } from 'playwright-core'

/** Pixels that a finger needs (WCAG 2.5.5), and that are enough in a dense table or list of links (WCAG 2.5.8). */
export const LEAST = { finger: 44, dense: 24 }

/**
 * What can be pressed in a page and is smaller than a finger needs, in height or in width, as `tag "text" width×height`. As WCAG
 * excepts, links within a sentence or a list of sentences count as text; of a control with a label that label is pressed as well.
 */
export const smallTargets = (page: Page, least = LEAST.finger): Promise<string[]> =>
  page.evaluate(`(() => {
    const isSeen = element => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0
    const isClipped = element => element.closest('.visually-hidden, [inert]') !== null || getComputedStyle(element).clipPath !== 'none'
    const isInText = element => {
      if (element.tagName !== 'A' || getComputedStyle(element).display !== 'inline') return false
      const block = element.closest('p, li, dd, dt, td, th, figcaption, blockquote, h1, h2, h3, summary')
      return block !== null && block.textContent.trim() !== element.textContent.trim()
    }
    const boxOf = element => {
      const label = ['INPUT'].includes(element.tagName) ? element.closest('label') : null
      return (label ?? element).getBoundingClientRect()
    }
    return [...document.querySelectorAll('a[href], button, select, summary, textarea, input:not([type=hidden]), [tabindex="0"][role]')]
      .filter(element => isSeen(element) && !isClipped(element) && !isInText(element))
      .filter(element => { const { width, height } = boxOf(element); return height < ${least} - 0.5 || width < ${least} - 0.5 })
      .map(element => {
        const { width, height } = boxOf(element)
        return element.tagName.toLowerCase() + ' "' + (element.textContent || element.getAttribute('aria-label') || '').trim().slice(0, 40) + '" ' + Math.round(width) + '×' + Math.round(height)
      })
  })()`)
