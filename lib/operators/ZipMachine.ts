import type { Observable } from 'rxjs';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import type { StageOptions } from '../options/common.js';
import { RecordContext } from '../records/RecordContext.js';
import { StageCore } from './StageCore.js';

export interface ZipSettings extends StageOptions {
  readonly name: string;
  readonly capacity: number;
}

/**
 * The machine of `zipFlowables`: an input for each flow, which is a stage with an inbox and a credit of its own, and one
 * loop that takes a record from each when all have one.
 */
export class ZipMachine<R extends readonly unknown[]> {
  private readonly inputs: ZipInput<R>[] = [];
  private matching = false;
  private again = false;

  constructor(
    private readonly output: FlowableSubscriber<R>,
    private readonly settings: ZipSettings,
  ) {}

  start(flows: readonly Observable<unknown>[]): void {
    const { name } = this.settings;
    for (const index of flows.keys()) {
      this.inputs.push(new ZipInput(this, this.output, { ...this.settings, name: `${name}[${String(index)}]` }));
    }
    // Also where the first has ended it all: whoever is started then lets go at once.
    for (const [index, flow] of flows.entries()) this.inputs[index]?.start(flow);
  }

  /** Takes tuples while every input has a record and there is credit. Inside itself it only leaves word. */
  match(): void {
    this.again = true;
    if (this.matching) return;
    this.matching = true;
    try {
      while (this.again && !this.output.closed) {
        this.again = false;
        while (this.mayMatch()) this.hand();
        for (const input of this.inputs) input.taken();
      }
    } finally {
      this.matching = false;
    }
  }

  private mayMatch(): boolean {
    for (const input of this.inputs) if (!input.hasRecord) return false;
    return this.output.ready();
  }

  /** What becomes of a tuple becomes of all the records in it. */
  private hand(): void {
    const values: unknown[] = [];
    const members: RecordContext[] = [];
    for (const input of this.inputs) {
      values.push(input.take(members));
    }
    const tuple = values as unknown as R;
    const [first] = members;
    if (first === undefined) this.output.deliver(tuple);
    else this.output.deliverRecord(tuple, new RecordContext(tuple, first.witness, null, members));
    for (const input of this.inputs) input.settle();
  }
}

/** One flow of a zip, and what waits of it for the others. */
export class ZipInput<R extends readonly unknown[]> extends StageCore<unknown, R> {
  constructor(
    private readonly zip: ZipMachine<R>,
    output: FlowableSubscriber<R>,
    settings: ZipSettings,
  ) {
    super(output, settings, 'zipFlowables');
  }

  get hasRecord(): boolean {
    return this.inbox.size > 0 && !this.over;
  }

  /** Its part of the next tuple. */
  take(members: RecordContext[]): unknown {
    const record = this.takeRecord();
    if (record !== null) members.push(record);
    return this.inbox.shift();
  }

  settle(): void {
    this.passedOn();
  }

  /** Records have been taken: credit is returned, and the end may have come. */
  taken(): void {
    if (!this.over) this.afterWork();
  }

  protected work(): void {
    this.zip.match();
  }

  protected abandon(): void {
    // All it holds is in the inbox.
  }
}
