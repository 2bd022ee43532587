import type { Acknowledgment, WriteContext } from '../destinations/Destination.js';

/** One call of a destination's `write`. The controller behind `signal` is made when it is first looked at. */
export class SinkWrite implements WriteContext {
  /** Requests that nobody has answered yet. */
  open = 0;
  private controller: AbortController | null = null;
  private isAborted = false;

  constructor(readonly acknowledge: (acknowledgment: Acknowledgment) => void) {}

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.isAborted) this.controller.abort();
    return this.controller.signal;
  }

  abort(): void {
    this.isAborted = true;
    this.controller?.abort();
  }
}
