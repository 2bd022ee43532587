import type { EventStream } from '../../../../lib/observability/dashboard/EventClient.js';

/** A connection whose other side reads when the test says so. */
export class HandStream implements EventStream {
  readonly written: string[] = [];
  writableNeedDrain = false;
  isEnded = false;
  isDestroyed = false;

  constructor(private readonly reads = true) {}

  write(text: string): boolean {
    this.written.push(text);
    this.writableNeedDrain = !this.reads;
    return this.reads;
  }

  drain(): void {
    this.writableNeedDrain = false;
  }

  end(): void {
    this.isEnded = true;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  get events(): string[] {
    return this.written.flatMap((text) => [...text.matchAll(/^event: (\w+)$/gm)].map(([, event]) => event ?? ''));
  }
}
