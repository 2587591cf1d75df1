import { parse, v5 } from 'uuid'

/** Namespace of all our card and suggestion uuids: a random UUID, chosen once. */
const NAMESPACE = parse('5b1f6c1e-0f0a-4c3e-9f5d-2a6c4a7c9d11')

const ENCODER = new TextEncoder()

/**
 * UUIDv5 of what makes a card or suggestion the same: hook instance, plan canonical|version and action ids.
 * The same call always gets the same uuids, so feedback can be traced and tests repeated.
 */
export function stableUuid(...parts: readonly string[]): string {
  return v5(ENCODER.encode(JSON.stringify(parts)), NAMESPACE)
}
