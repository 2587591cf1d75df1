/** A JSON Schema as OpenAPI 3.1 has it. */
export type Schema = Readonly<Record<string, unknown>>

export const TEXT: Schema = { type: 'string' }
export const NUMBER: Schema = { type: 'number' }
export const COUNT: Schema = { type: 'integer', minimum: 0 }
export const TRUTH: Schema = { type: 'boolean' }
export const TRUE: Schema = { const: true }
export const INSTANT: Schema = { type: 'string', format: 'date-time' }
export const DAY: Schema = { type: 'string', format: 'date' }
export const URI: Schema = { type: 'string', format: 'uri' }
export const ANYTHING: Schema = {}

export const list = (items: Schema): Schema => ({ type: 'array', items })

export const oneOf = (...values: readonly string[]): Schema => ({ enum: values })

export const table = (of: Schema): Schema => ({ type: 'object', additionalProperties: of })

/** An object with these members and no others. */
export const object = (required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema => ({
  type: 'object',
  required: Object.keys(required),
  properties: { ...required, ...optional },
  additionalProperties: false,
})

/** A schema of the document by its name. */
export const named = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })

/** The same with a sentence for its reader. */
export const said = (schema: Schema, description: string): Schema => ({ ...schema, description })

/** A FHIR R4 resource, of which the type alone is told here. */
export const resource = (...types: readonly string[]): Schema => ({
  type: 'object',
  required: ['resourceType'],
  properties: { resourceType: types.length === 0 ? TEXT : { enum: types } },
})
