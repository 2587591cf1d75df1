import { SIGN_OUT } from '../sign-in/own-pages.js'

/** Paths at which people sign in and out. */
export const SIGN_IN_PATHS = {
  begin: '/sign-in',
  finish: '/sign-in/callback',
  end: SIGN_OUT,
  fromEhr: '/case/session',
  launch: '/case/launch-settings',
} as const
