/** Pages that people work in, by the name of their program, with the path at which each is. */
export const APP_PATHS = {
  workbench: '/workbench',
  consultation: '/consultation',
  'start-back': '/start-back',
  'start-back-patient': '/start-back/patient',
  case: '/case',
} as const

/** Name of a program that runs in a browser. */
export type AppName = keyof typeof APP_PATHS

/** Names of all of them. */
export const APP_NAMES = Object.keys(APP_PATHS) as readonly AppName[]
