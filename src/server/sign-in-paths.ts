/** Paths at which people sign in and out. */
export const SIGN_IN_PATHS = {
  begin: '/sign-in',
  finish: '/sign-in/callback',
  end: '/sign-out',
  fromEhr: '/case/session',
  launch: '/case/launch-settings',
} as const
