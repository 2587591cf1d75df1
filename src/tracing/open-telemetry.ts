import { AsyncLocalStorage } from 'node:async_hooks'
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api'
import { CdsError } from '../errors.js'
import type { SpanFacts, Tell, Tracing } from './tracing.js'

/** A span's name in the header of W3C Trace Context: trace, span and flags. */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

const NO_TRACE = '0'.repeat(32)
const NO_SPAN = '0'.repeat(16)

/**
 * Tracing by a tracer of OpenTelemetry, which knows of nothing else in the process. Of what a client sends the names of
 * trace and span alone are taken over, and nothing else is passed on: its `tracestate` and `baggage` may hold anything.
 */
export function openTelemetry(tracer: Tracer): Tracing {
  /** The span that is open where the process is just now. */
  const open = new AsyncLocalStorage<Span>()
  const inSpan = <T>(name: string, options: SpanOptions, parent: Context, work: (tell: Tell, span: Span) => T): T => {
    const span = tracer.startSpan(name, options, parent)
    return open.run(span, () => endingWith(span, () => work(facts => span.setAttributes(attributesOf(facts)), span)))
  }
  const below = (span: Span) => trace.setSpan(ROOT_CONTEXT, span)
  return {
    answer: (name, { arrivedAt, traceparent }, work) =>
      inSpan(name, { kind: SpanKind.SERVER, startTime: arrivedAt }, parentNamed(traceparent), work),
    within: (name, work) => {
      const parent = open.getStore()
      return parent ? inSpan(name, {}, below(parent), work) : work(nobody)
    },
    ask: (name, work) => {
      const parent = open.getStore()
      return parent ? inSpan(name, { kind: SpanKind.CLIENT }, below(parent), (tell, span) => work(headersOf(span), tell)) : work({}, nobody)
    },
  }
}

const nobody: Tell = () => undefined

const attributesOf = (facts: SpanFacts): Attributes =>
  Object.fromEntries(Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))

function parentNamed(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags = '00'] = TRACEPARENT.exec(traceparent ?? '') ?? []
  if (traceId === undefined || spanId === undefined || traceId === NO_TRACE || spanId === NO_SPAN) return ROOT_CONTEXT
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  })
}

function headersOf(span: Span): Record<string, string> {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return { traceparent: `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}` }
}

/** Does work and ends its span with it, whether it is done at once or later. */
function endingWith<T>(span: Span, work: () => T): T {
  try {
    const done = work()
    if (!(done instanceof Promise)) {
      span.end()
      return done
    }
    return done.then(
      value => {
        span.end()
        return value as unknown
      },
      (error: unknown) => failWith(span, error),
    ) as T
  } catch (error) {
    return failWith(span, error)
  }
}

/** The code of an error says what went wrong; its message may hold what was sent. */
function failWith(span: Span, error: unknown): never {
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof CdsError ? error.code : 'failed' })
  if (error instanceof CdsError) span.setAttribute('http.response.status_code', error.status)
  span.end()
  throw error
}
