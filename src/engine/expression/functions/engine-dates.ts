import fhirpath from 'fhirpath'
import r4 from 'fhirpath/fhir-context/r4'
import type { ScopeState } from '../scope.js'
import type { Collection, Item } from '../values.js'

/** A date or time of the engine, made once a call, since the engine has no constructor to call. */
export function engineDate(state: ScopeState, conversion: keyof typeof CONVERSIONS, written: string): Item {
  const key = `${conversion} ${written}`
  const known = state.known.get(key) ?? CONVERSIONS[conversion](written)
  state.known.set(key, known)
  return known[0]
}

type Conversion = (written: string) => Collection

const conversion = (name: string): Conversion => {
  const run = fhirpath.compile(`%written.${name}()`, r4, { resolveInternalTypes: false, async: false })
  return written => run({}, { written }) as Collection
}

/** What makes a date or time of the engine from text. */
export const CONVERSIONS = { toDate: conversion('toDate'), toDateTime: conversion('toDateTime'), toTime: conversion('toTime') }
