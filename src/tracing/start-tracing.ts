import type * as Exporter from '@opentelemetry/exporter-trace-otlp-http'
import type * as Resources from '@opentelemetry/resources'
import type * as Sdk from '@opentelemetry/sdk-trace-node'
import { CdsError } from '../errors.js'
import { withoutEnd } from '../plain-values/without-end.js'
import { openTelemetry } from './open-telemetry.js'
import type { Tracing } from './tracing.js'

/** The tracing of a process, until it ends. */
export interface RunningTracing {
  tracing: Tracing
  /** Sends what waits, for two seconds at most. */
  end: () => Promise<void>
}

/** Milliseconds that sending spans may take with all that is tried again, the last ones too: a collector that is away holds nobody up. */
const SENDING_MS = 2_000

/** Packages of OpenTelemetry's SDK, which a deployment that traces installs beside the service; the lines that run on Node 20. */
const PACKAGES = ['@opentelemetry/sdk-trace-node@2', '@opentelemetry/exporter-trace-otlp-http@0.223', '@opentelemetry/resources@2']

interface Packages {
  sdk: Pick<typeof Sdk, 'BatchSpanProcessor' | 'NodeTracerProvider'>
  exporter: Pick<typeof Exporter, 'OTLPTraceExporter'>
  resources: Pick<typeof Resources, 'detectResources' | 'envDetector' | 'resourceFromAttributes'>
}

const loadPackages = async (): Promise<Packages> => ({
  sdk: await import('@opentelemetry/sdk-trace-node'),
  exporter: await import('@opentelemetry/exporter-trace-otlp-http'),
  resources: await import('@opentelemetry/resources'),
})

/**
 * Sends spans to a collector from now on, in batches and off the path of any call. What else OpenTelemetry's own
 * variables choose (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS) its SDK reads.
 * @param endpoint base URL of the collector, below which `/v1/traces` is.
 * @throws CdsError CDS_SETTING_INVALID when the SDK is not installed, naming its packages.
 */
export async function startTracing(endpoint: string, load = loadPackages): Promise<RunningTracing> {
  const { sdk, exporter, resources } = await load().catch(notInstalled)
  const { detectResources, envDetector, resourceFromAttributes } = resources
  const collector = new exporter.OTLPTraceExporter({ url: `${withoutEnd(endpoint, '/')}/v1/traces`, timeoutMillis: SENDING_MS })
  const provider = new sdk.NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'columna' }).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new sdk.BatchSpanProcessor(collector)],
  })
  return {
    tracing: openTelemetry(provider.getTracer('columna')),
    end: async () => {
      const late = new Promise<void>(resolve => setTimeout(resolve, SENDING_MS).unref())
      await Promise.race([provider.shutdown().catch(() => undefined), late])
    },
  }
}

function notInstalled(error: unknown): never {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
  throw new CdsError(
    'CDS_SETTING_INVALID',
    `OTEL_EXPORTER_OTLP_ENDPOINT: tracing needs packages that are not installed. npm install ${PACKAGES.join(' ')}, or leave the setting out.`,
  )
}
