import { recommendationPath as recommendationPage } from '../cds-hooks/page-urls.js'

export { inLanguageOf } from '../cds-hooks/page-urls.js'

/** Paths of the pages for people, as routes; what stands between is in the knowledge. */
export const PAGE_PATHS = {
  index: '/guidelines',
  review: '/guidelines/review',
  point: '/guidelines/points/:id',
  recommendation: '/guidelines/:plan/:action',
  leaflet: '/patient-information/:id',
  quality: '/quality',
  qualityCsv: '/quality/report.csv',
} as const

/** Beginnings of the paths at which a person, not a program, meets an error. */
export const PAGES_BEGIN = ['/guidelines', '/patient-information', '/quality', '/sign-in'] as const

/** Path of the page of a recommendation. @param point to begin reading at. */
export const recommendationPath = (plan: string, action: string, point?: string): string =>
  `${recommendationPage(plan, action)}${point === undefined ? '' : `#${encodeURIComponent(point)}`}`

/** Path that leads to where a decision point speaks. */
export const pointPath = (point: string): string => `/guidelines/points/${encodeURIComponent(point)}`

/** Path of a leaflet for patients. */
export const leafletPath = (id: string): string => `/patient-information/${encodeURIComponent(id)}`
