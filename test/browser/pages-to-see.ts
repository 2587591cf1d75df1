/** Pages that stand for all: what axe looks at, and what is kept as a picture. */
export const PAGES_TO_SEE = {
  list: '/guidelines',
  'list-by-hook': '/guidelines?by=hook',
  search: '/guidelines?q=paracetamol',
  recommendation: '/guidelines/analgesic-orders/paracetamol-recent',
  evidence: '/guidelines/exercise-orders/training-root',
  guideline: '/guidelines/root-affection-guideline/root-affection',
  leaflet: '/patient-information/leaflet-back-pain',
  review: '/guidelines/review',
  quality: '/quality/',
} as const

/** A page in a language. */
export const pathIn = (path: string, language: string): string => `${path}${path.includes('?') ? '&' : '?'}lang=${language}`
