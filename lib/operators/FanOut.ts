import type { Observable } from 'rxjs';
import type { FlowableSubscriber } from '../credit/FlowableSubscriber.js';
import { Branch } from './Branch.js';
import type { FanOutMachine } from './FanOutMachine.js';

/** Makes the machine for these branches; `detached` is called when later ones need another. */
export type MakeMachine<T> = (first: readonly Branch<T>[], detached: () => void) => FanOutMachine<T>;

/**
 * The subscriptions of a fan-out. The source is subscribed when `branches` of them are there, and released when the last
 * has left; whoever subscribes after its end belongs to the next subscription of the source.
 */
export class FanOut<T> {
  private machine: FanOutMachine<T> | null = null;
  private early: Branch<T>[] = [];

  constructor(
    private readonly source: Observable<T>,
    private readonly branches: number,
    private readonly make: MakeMachine<T>,
  ) {}

  readonly subscribe = (output: FlowableSubscriber<T>): void => {
    this.join(output, false);
  };

  join(output: FlowableSubscriber<T>, isPushed: boolean): Branch<T> {
    const branch = new Branch(output, isPushed);
    output.add(() => {
      this.leave(branch);
    });
    if (this.machine !== null) {
      this.machine.join(branch);
      return branch;
    }
    this.early.push(branch);
    if (this.early.length === this.branches) this.connect(this.early);
    return branch;
  }

  private connect(first: readonly Branch<T>[]): void {
    this.early = [];
    const machine = this.make(first, () => {
      if (this.machine === machine) this.machine = null;
    });
    this.machine = machine;
    for (const branch of first) branch.trunk = machine;
    machine.start(this.source);
  }

  private leave(branch: Branch<T>): void {
    if (branch.trunk !== null) branch.trunk.leave(branch);
    else this.early = this.early.filter((other) => other !== branch);
  }
}
