import tour from './tour.json' with { type: 'json' }

/** What a first visitor is told and shown: six of the people. */
export const TOUR = tour
