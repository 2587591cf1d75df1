// The answer to every case is the same wherever the machine believes it stands.
import { recordedPass } from './recorded.js'
import { readCases } from './runner.js'

test('UTC, New York and Copenhagen give every case the same answer', async () => {
  const { recording, zones } = await recordedPass()
  expect([recording.offset, ...zones.map(({ offset }) => offset)]).toEqual([0, 300, -60])
  const names = readCases().map(({ file, case: { name } }) => `${file}: ${name}`)
  expect(names.length).toBeGreaterThan(0)
  for (const { digests } of zones) {
    expect(digests.length).toBe(names.length)
    expect(names.filter((_, index) => digests[index] !== recording.cases[index]?.digest)).toEqual([])
  }
}, 1_800_000)
