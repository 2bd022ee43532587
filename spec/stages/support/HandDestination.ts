import type { Destination, WriteContext, WriteRequest } from '../../../lib/destinations/Destination.js';

/** A destination that the test answers by hand. It writes down what happens to it. */
export class HandDestination<T> implements Destination<T> {
  readonly name = 'hand';
  readonly log: string[] = [];
  readonly requests: WriteRequest<T>[] = [];
  readonly contexts: WriteContext[] = [];

  open(): void {
    this.log.push('open');
  }

  write(requests: readonly WriteRequest<T>[], context: WriteContext): void {
    this.log.push(`write ${requests.map(({ value }) => String(value)).join(',')}`);
    this.requests.push(...requests);
    this.contexts.push(context);
  }

  close(): void {
    this.log.push('close');
  }

  ok(...ids: number[]): void {
    for (const id of ids) this.context.acknowledge({ id, ok: true });
  }

  refuse(id: number, error: unknown = new Error('full'), retryable = true): void {
    this.context.acknowledge({ id, ok: false, error, retryable });
  }

  private get context(): WriteContext {
    const context = this.contexts.at(-1);
    if (context === undefined) throw new Error('nothing has been written yet');
    return context;
  }
}
