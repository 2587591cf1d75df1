// Loads an exported FHIR package with fhir-package-loader, as SUSHI does, and tells what it found. It is copied into a
// folder that holds that loader and run there: node foreign-loader.mjs file.tgz name version
import { createReadStream, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BasePackageLoader, createSQLJSPackageDB, DiskBasedPackageCache } from 'fhir-package-loader'

const [file, name, version] = process.argv.slice(2)
const cache = new DiskBasedPackageCache(mkdtempSync(join(tmpdir(), 'columna-foreign-')))
await cache.cachePackageTarball(name, version, createReadStream(file))
const nowhere = { resolveVersion: async () => version, download: async () => Promise.reject(new Error('nothing is fetched')) }
const loader = new BasePackageLoader(await createSQLJSPackageDB(), cache, nowhere, nowhere)
const status = await loader.loadPackage(name, version)
const all = loader.findResourceInfos('*', { scope: name })
const plans = all.filter(({ resourceType }) => resourceType === 'PlanDefinition')
const unread = plans.filter(({ url }) => loader.findResourceJSON(url)?.url !== url)
process.stdout.write(JSON.stringify({ status, resources: all.length, plans: plans.length, unread: unread.length }))
