/** Why a launch came to nothing. */
export type FaultOfLaunch =
  | 'not-launched'
  | 'not-registered'
  | 'no-configuration'
  | 'no-pkce'
  | 'not-ours'
  | 'refused-by-ehr'
  | 'no-token'
  | 'no-answer'
  | 'no-patient'

/** A launch that came to nothing, which the page tells in words. */
export class LaunchFault extends Error {
  constructor(readonly fault: FaultOfLaunch) {
    super(fault)
  }
}
