/** Holds the event loop, as work that takes long does. */
export function hold(milliseconds: number): void {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}
