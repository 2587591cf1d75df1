// The shapes of elements are remembered; what a client invents is not.
import { expect, test } from '@jest/globals'
import { shapeOf, shapesOf } from '../../src/patient-data/shapes.js'

test('an element has the shape that R4 gives it', () => {
  const shapes = shapesOf('Condition')
  expect(shapeOf(shapes, 'Condition', 'onsetDateTime')).toEqual({ kind: 'date', type: 'dateTime', repeats: false })
  expect(shapeOf(shapes, 'Condition', 'contained')).toEqual({ kind: 'resource', type: 'Resource', repeats: true })
  expect(shapesOf('Condition').has('onsetDateTime')).toBe(true)
})

test('a name that R4 does not have is not remembered, however many there are and however long they are', () => {
  const shapes = shapesOf('Observation')
  const before = shapes.size
  for (const name of ['onsetUnknown', 'a'.repeat(1_000_000), 'x_1', 'constructor', '__proto__'])
    expect(shapeOf(shapes, 'Observation', name)).toBeNull()
  expect(shapes.size).toBe(before)
})

test('a type that is far too long is not remembered', () => {
  const type = 'T'.repeat(1_000_000)
  expect(shapesOf(type)).not.toBe(shapesOf(type))
  expect(shapeOf(shapesOf(type), type, 'status')).toBeNull()
})
