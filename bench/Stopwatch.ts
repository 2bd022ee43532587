/**
 * Milliseconds by the clock or by the processor, whichever is less: what other processes do on the same machine makes
 * the clock run on, and what helper threads do at the same time is counted by the processor twice. For work that does
 * not wait.
 */
export class Stopwatch {
  private readonly startedAt = performance.now();
  private readonly usedBefore = process.cpuUsage();

  get elapsed(): number {
    const { user, system } = process.cpuUsage(this.usedBefore);
    return Math.min(performance.now() - this.startedAt, (user + system) / 1000);
  }
}
