// The answer to every case is the same wherever the machine believes it stands.
import { recordedPass } from '../support/recorded.js'
import { cases } from '../support/cases.js'

test('Copenhagen and New York give every case the same answer', async () => {
  const { recording, zone } = await recordedPass()
  expect([recording.offset, zone.offset]).toEqual([-60, 300])
  const names = cases.map(({ file, case: { name } }) => `${file}: ${name}`)
  expect(names.length).toBeGreaterThan(0)
  expect(zone.digests.length).toBe(names.length)
  expect(names.filter((_, index) => zone.digests[index] !== recording.cases[index]?.digest)).toEqual([])
}, 1_800_000)
