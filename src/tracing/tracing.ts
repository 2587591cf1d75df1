/** What a span tells beside its name and its time: names and numbers of ours, and never a word or an id of a patient. */
export type SpanFacts = Readonly<Record<string, string | number | undefined>>

/** Has a span tell more once it is known. */
export type Tell = (facts: SpanFacts) => void

/** A request of a client, which is where a trace begins or goes on here. */
export interface TracedRequest {
  /** `performance.now()` at which its headers had come. */
  arrivedAt: number
  /** As the client sent it, where it did. */
  traceparent: string | undefined
}

/** Tells where the time of a call goes, as OpenTelemetry does. */
export interface Tracing {
  /** Answers a request within a span of its own, below that of its client. */
  answer: <T>(name: string, request: TracedRequest, work: (tell: Tell) => Promise<T>) => Promise<T>
  /** Does a part of what a request wants, within a span below the one that is open; without a span where none is. */
  within: <T>(name: string, work: (tell: Tell) => T) => T
  /** Asks another server, within a span below the one that is open. @param work is handed the headers by which that server goes on with the trace. */
  ask: <T>(name: string, work: (headers: Readonly<Record<string, string>>, tell: Tell) => Promise<T>) => Promise<T>
}

/** Does a part of what a request wants, within a span where the deployment traces. */
export const traced = <T>(tracing: Tracing | undefined, name: string, work: (tell?: Tell) => T): T =>
  tracing === undefined ? work() : tracing.within(name, work)
