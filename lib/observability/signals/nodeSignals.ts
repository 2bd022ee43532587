import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { PlatformProbe, PlatformReading } from '../../control/PlatformSignals.js';

/** A tick of the measuring timer, in milliseconds. */
const TICK_MS = 20;

/** Lateness that says nothing, and lateness that counts as full pressure, in milliseconds. */
const USUAL_MS = 10;
const MOST_MS = 100;

/** Share of its limit that a healthy heap may fill between two collections. */
const USUAL_HEAP = 0.5;

const NANOSECONDS = 1e6;

/**
 * What Node can tell of itself.
 *
 *     m = (used / limit - 0.5) / 0.5             of the heap
 *     late = sum(gap²) / (2 · sum(gap)) - tick/2  what an event that comes at a random moment has to wait
 *     d = (late - 10 ms) / 90 ms
 *
 * `gap` is the time between two ticks of a timer of 20 ms, which does not keep the process alive. The network is not
 * known here: Node has no sum of the bytes that wait.
 */
class NodeProbe implements PlatformProbe {
  private histogram: IntervalHistogram | null = null;
  private lastDelay = 0;

  start(): void {
    this.histogram = monitorEventLoopDelay({ resolution: TICK_MS });
    this.histogram.enable();
    this.lastDelay = 0;
  }

  stop(): void {
    this.histogram?.disable();
    this.histogram = null;
  }

  read(): Partial<PlatformReading> {
    return { m: heapPressure(getHeapStatistics()), d: this.delay() };
  }

  /** Without a tick since the last look nothing new is known. */
  private delay(): number {
    const { histogram } = this;
    if (histogram !== null && histogram.mean > 0) {
      this.lastDelay = delayPressure(histogram.mean / NANOSECONDS, histogram.stddev / NANOSECONDS);
      histogram.reset();
    }
    return this.lastDelay;
  }
}

/** @internal m, without the clamp. */
export function heapPressure(heap: { readonly used_heap_size: number; readonly heap_size_limit: number }): number {
  return (heap.used_heap_size / heap.heap_size_limit - USUAL_HEAP) / (1 - USUAL_HEAP);
}

/** @internal d, without the clamp, from the gaps between ticks in milliseconds. */
export function delayPressure(meanGap: number, deviation: number): number {
  const late = (deviation ** 2 + meanGap ** 2) / (2 * meanGap) - TICK_MS / 2;
  return (late - USUAL_MS) / (MOST_MS - USUAL_MS);
}

export function platformProbe(): PlatformProbe | null {
  return new NodeProbe();
}
