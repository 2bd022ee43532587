import { VirtualTimeScheduler, type Observable } from 'rxjs';
import { ColdObservable } from 'rxjs/internal/testing/ColdObservable';
import { HotObservable } from 'rxjs/internal/testing/HotObservable';
import type { SubscriptionLog } from 'rxjs/internal/testing/SubscriptionLog';
import { FlowExpectation } from './FlowExpectation.js';
import { InsertedAction } from './InsertedAction.js';
import { CallSite, type Expectation } from './MarbleExpectation.js';
import { ObservableExpectation } from './ObservableExpectation.js';
import { ScenarioRecorder, type ScenarioRecorderOptions } from '../observability/scenario/ScenarioRecorder.js';
import { parseDemand } from './marbles/parseDemand.js';
import { parseMarbles, parseSubscription, parseTime, type MarbleValues } from './marbles/parseMarbles.js';
import { realTurn } from './realTurn.js';
import { SubscriptionExpectation } from './SubscriptionExpectation.js';
import { takeOverTime } from './virtualProviders.js';

/** What the function given to `FlowTestScheduler.run` is given. One character of marbles is one virtual millisecond. */
export interface FlowRunHelpers {
  /** An Observable that plays its marbles to each subscriber. It pushes: it knows nothing of credit. */
  cold<T = string>(marbles: string, values?: Readonly<Record<string, T>>, error?: unknown): ColdObservable<T>;
  /** An Observable that plays its marbles once, to whoever is subscribed. `^` is the moment the test starts. */
  hot<T = string>(marbles: string, values?: Readonly<Record<string, T>>, error?: unknown): HotObservable<T>;
  /** The milliseconds up to `|`. */
  time(marbles: string): number;
  /** Subscribes with unbounded demand; `^` and `!` in the subscription marbles say from when to when. */
  expectObservable(observable: Observable<unknown>, subscriptionMarbles?: string | null): ObservableExpectation;
  /** When a cold or hot Observable was subscribed and unsubscribed. */
  expectSubscriptions(subscriptions: readonly SubscriptionLog[]): SubscriptionExpectation;
  /** Subscribes with the demand that the marbles say, `--2--1--*`; without them with unbounded demand. */
  expectFlow(flow: Observable<unknown>, demand?: string, counts?: Readonly<Record<string, number>>): FlowExpectation;
  /**
   * A recorder on virtual time, for `probe(name, recorder)`: `recorder.scenario(title)` is what `renderSvg` and
   * `renderText` of `sluice/marbles` draw. Credit and inboxes are read at the end of every frame.
   */
  record(options?: Omit<ScenarioRecorderOptions, 'scheduler'>): ScenarioRecorder;
  /** Lets virtual time pass to its end, then checks the expectations. `run` does so after the test. */
  flush(): Promise<void>;
  /** Lets that many virtual milliseconds pass. */
  advance(milliseconds: number): Promise<void>;
}

/** Real turns for which a test's promise may be pending while virtual time stands still. */
const PATIENCE = 10_000;

/**
 * Virtual time for RxJS and for promises. Inside `run` every timer and every clock of RxJS is virtual, as in
 * TestScheduler.run. Unlike there, `run` is asynchronous: it executes one virtual millisecond, lets every promise settle
 * that can, and goes on, so that a stage whose project returns a promise works as it does in real time.
 *
 * Promises that wait for the outside world (files, sockets, bare setTimeout) do not settle in virtual time. There is one
 * clock for all of RxJS: one run at a time.
 *
 * @example
 * await new FlowTestScheduler().run(({ expectFlow }) => {
 *   const source = handFed(['a', 'b', 'c']);
 *   const work = (letter: string) => timer(2).pipe(map(() => letter.toUpperCase()));
 *   expectFlow(source.pipe(stage(work, { capacity: 1 })), '--2----1')
 *     .toEmit('--A-B--(C|)')
 *     .toRequest('1-1-1--1');
 * });
 */
export class FlowTestScheduler extends VirtualTimeScheduler {
  private readonly hotOnes: HotObservable<unknown>[] = [];
  private expectations: Expectation[] = [];
  private readonly recorders: ScenarioRecorder[] = [];
  /** Calls of `advance` and `flush` that are under way: while there is one, only it moves the clock. */
  private hands = 0;

  constructor() {
    super(InsertedAction, Infinity);
  }

  /** Virtual timers and actions that have not happened yet. */
  get pending(): number {
    return this.actions.length;
  }

  /**
   * Runs a test in virtual time, then lets time pass to its end and checks what the test expects. The test may be
   * asynchronous: while its promise is pending, virtual time goes on.
   *
   * @returns what the test returned, once everything expected has been seen
   * @throws Error (rejects) with both sides as text marbles where an expectation fails, and with whatever the test throws
   */
  async run<T>(test: (helpers: FlowRunHelpers) => T): Promise<Awaited<T>> {
    const giveBackTime = takeOverTime(this);
    try {
      const result = await this.whileTimePasses(test(this.helpers));
      await this.flushAll();
      return result;
    } finally {
      giveBackTime();
      this.forget();
      this.expectations = [];
      this.recorders.length = 0;
    }
  }

  /** Drops what has not happened yet: timers that would go on for ever. */
  forget(): void {
    for (const action of this.actions.splice(0)) action.unsubscribe();
  }

  /** Lets that many virtual milliseconds pass, and every promise settle that then can. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.frame + milliseconds;
    await this.passTime(until);
    this.frame = until;
  }

  private get helpers(): FlowRunHelpers {
    return {
      cold: <T>(marbles: string, values?: MarbleValues, error?: unknown) => {
        const moments = new CallSite().blame(() => parseMarbles(marbles, values, error));
        return new ColdObservable<T>(moments, this);
      },
      hot: <T>(marbles: string, values?: MarbleValues, error?: unknown) => {
        const moments = new CallSite().blame(() => parseMarbles(marbles, values, error, true));
        const hot = new HotObservable<T>(moments, this);
        this.hotOnes.push(hot as HotObservable<unknown>);
        return hot;
      },
      time: (marbles) => new CallSite().blame(() => parseTime(marbles)),
      expectObservable: (observable, subscriptionMarbles = null) => {
        const subscription = new CallSite().blame(() => parseSubscription(subscriptionMarbles));
        return this.expect(new ObservableExpectation(this, observable, subscription));
      },
      expectSubscriptions: (subscriptions) => this.expect(new SubscriptionExpectation(subscriptions)),
      expectFlow: (flow, demand, counts) => {
        const events = demand === undefined ? null : new CallSite().blame(() => parseDemand(demand, counts));
        return this.expect(new FlowExpectation(this, flow, events));
      },
      record: (options) => {
        const recorder = new ScenarioRecorder({ ...options, scheduler: this });
        this.recorders.push(recorder);
        return recorder;
      },
      flush: () => this.flushAll(),
      advance: (milliseconds) => this.advance(milliseconds),
    };
  }

  private expect<E extends Expectation>(expectation: E): E {
    this.expectations.push(expectation);
    return expectation;
  }

  private async flushAll(): Promise<void> {
    await this.passTime(Infinity);
    const ready = this.expectations;
    this.expectations = [];
    for (const expectation of ready) expectation.check();
  }

  /** One frame, then the promises, then the next: also those that the promises scheduled for this very frame. */
  private async passTime(until: number): Promise<void> {
    this.startHotOnes();
    this.hands++;
    try {
      await this.settle();
      while (this.executeFrame(until)) await this.settle();
    } finally {
      this.hands--;
    }
  }

  /** Lets every promise settle that can, and the expectations look at what has become of the millisecond. */
  private async settle(): Promise<void> {
    await realTurn();
    for (const expectation of this.expectations) expectation.frameEnded?.(this.frame);
    for (const recorder of this.recorders) recorder.sample();
  }

  private executeFrame(until: number): boolean {
    const { actions } = this;
    const frame = actions[0]?.delay ?? Infinity;
    if (frame > until || frame === Infinity) return false;
    this.frame = Math.max(this.frame, frame);
    for (let action = actions[0]; action !== undefined && action.delay <= frame; action = actions[0]) {
      actions.shift();
      const failure: unknown = action.execute(action.state, action.delay);
      if (failure !== undefined && failure !== null) throw failure as Error;
    }
    return true;
  }

  private async whileTimePasses<T>(result: T): Promise<Awaited<T>> {
    if (!isThenable(result)) return result as Awaited<T>;
    let over = false;
    const ended = () => {
      over = true;
    };
    result.then(ended, ended);
    this.startHotOnes();
    await this.settle();
    for (let idle = 0; !over; idle++) {
      if (this.hands > 0 || this.executeFrame(Infinity)) idle = 0;
      if (idle > PATIENCE) {
        throw new Error(
          'FlowTestScheduler.run: the promise of the test is pending and nothing is left to happen in virtual time; ' +
            'it waits for a stream that never ends, or for the outside world',
        );
      }
      await this.settle();
    }
    return await result;
  }

  private startHotOnes(): void {
    for (const hot of this.hotOnes.splice(0)) hot.setup();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}
