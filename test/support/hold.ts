const asleep = new Int32Array(new SharedArrayBuffer(4))

/** Holds the event loop, as work that takes long does, but leaves the processor to others. */
export function hold(milliseconds: number): void {
  Atomics.wait(asleep, 0, 0, milliseconds)
}
