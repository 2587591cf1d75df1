import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { Job, type IJob } from 'kubernetes-models/batch/v1'
import { ConfigMap } from 'kubernetes-models/v1'
import { parseAllDocuments } from 'yaml'
import { isServiceVariable } from '../../src/settings.js'

const text = readFileSync(fileURLToPath(new URL('../../deploy/population-job.yaml', import.meta.url)), 'utf8')
const [job, settings] = parseAllDocuments(text).map(each => each.toJS() as Record<string, unknown>) as [
  IJob,
  { data: Record<string, string> },
]

test('the job for Kubernetes is a job, and its settings are settings', () => {
  expect(() => new Job(job as ConstructorParameters<typeof Job>[0]).validate()).not.toThrow()
  expect(() => new ConfigMap(settings).validate()).not.toThrow()
  expect(Object.keys(settings.data).filter(name => !isServiceVariable(name))).toEqual([])
})

test('each of its pods has a part of its own, and there is a pod for every part', () => {
  const [container] = job.spec?.template.spec?.containers ?? []
  expect(job.spec?.completionMode).toBe('Indexed')
  expect(container?.args).toContain(`--part=$(JOB_COMPLETION_INDEX)/${job.spec?.completions}`)
  // Parts that begin at other moments would answer for other instants.
  expect(container?.args?.filter(arg => arg.startsWith('--now='))).toHaveLength(1)
})
