/** A JSON object as it came: members of any kind. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Tells a JSON object from arrays, null and plain values. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
