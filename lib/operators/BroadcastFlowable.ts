import * as z from 'zod/mini';
import { Flowable } from '../credit/Flowable.js';
import { checkOptions } from '../options/checkOptions.js';
import { fn, stageOptions, type StageOptions } from '../options/common.js';
import { BranchBuffer } from './BranchBuffer.js';
import type { FanOut } from './FanOut.js';

/** What a branch does when its own queue is full. */
export type BranchOverflow = 'wait' | 'dropOldest' | 'dropNewest' | 'disconnect';

export interface BranchOptions<T> extends StageOptions {
  /** Records that wait for this branch alone, beside those of the broadcast. Default 256. */
  readonly capacity?: number | undefined;
  /**
   * What happens to a record that finds the branch's queue full. `'wait'`, the default, makes the source and the others
   * wait; `'dropOldest'` and `'dropNewest'` drop a copy, whose outcome is rejected; `'disconnect'` fails this branch with
   * OVERFLOW, and the others go on.
   */
  readonly overflow?: BranchOverflow | undefined;
  /** Called with each value of which this branch's copy is dropped. What it throws fails the branch. */
  readonly onDrop?: ((value: T) => void) | undefined;
}

const SCHEMA = z.strictObject({
  ...stageOptions,
  overflow: z.optional(
    z.enum(
      ['wait', 'dropOldest', 'dropNewest', 'disconnect'],
      `give 'wait', 'dropOldest', 'dropNewest' or 'disconnect'`,
    ),
  ),
  onDrop: z.optional(fn<(value: never) => void>('give a function (value) => void')),
});

/** @internal For the test that changes every option in turn. */
export const BRANCH_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/** What `broadcast` makes: each subscription is a branch. */
export class BroadcastFlowable<T> extends Flowable<T> {
  /** @internal */
  constructor(private readonly fanOut: FanOut<T>) {
    super(fanOut.subscribe);
  }

  /**
   * A branch with a queue of its own: each subscription of the flow that is returned is one.
   *
   * - **Emits** every record that comes while it is subscribed, when what lies below has credit.
   * - **Back-pressures** when `capacity` records wait for it and `overflow` is `'wait'`; else it never does.
   * - **Completes** when the source has completed and its queue is empty.
   * - **Cancels** its copies; the source only with the last branch.
   *
   * @throws SluiceError OPTION where an option is unknown or makes no sense
   *
   * @example
   * const prices = broadcast(feed, { branches: 1 });
   * prices.branch({ capacity: 16, overflow: 'dropOldest' }).subscribe(draw);
   */
  branch(options: BranchOptions<T> = {}): Flowable<T> {
    checkOptions('branch', SCHEMA, BRANCH_OPTIONS, options);
    const { overflow: policy = 'wait' } = options;
    const isPushed = policy !== 'wait';
    const overflow = policy === 'wait' || policy === 'disconnect' ? 'error' : policy;
    const { onDrop } = options as { onDrop?: (value: never) => void };
    const settings = { ...options, operator: 'branch', overflow, keeps: true, onDrop } as const;
    return new Flowable<T>((output) => {
      const buffer = new BranchBuffer<T>(output, settings, policy === 'disconnect');
      buffer.start(
        new Flowable<T>((inner) => {
          buffer.branch = this.fanOut.join(inner, isPushed);
        }),
      );
    });
  }
}
