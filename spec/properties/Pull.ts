import type { CreditAccount } from '../../lib/credit/CreditAccount.js';
import type { Item } from './Item.js';
import type { Trial } from './Trial.js';

const RUNAWAY = 5_000;

/** An input that is pulled, and what was asked of it. */
export class Pull {
  private state: 'open' | 'running' | 'exhausted' | 'failed' = 'open';
  private returns = 0;
  private pulls = 0;
  private ended: (() => void) | null = null;

  constructor(
    private readonly trial: Trial,
    /** The item of a pull; undefined: there are no more. What it throws is the input's failure. */
    private readonly give: (index: number) => Item | undefined,
    private readonly account: CreditAccount | null,
    private readonly returnThrows: boolean,
  ) {
    trial.pulls.push(this);
  }

  /** Calls back once, when the input has been read to its end, has failed or was returned. */
  whenEnded(ended: () => void): this {
    this.ended = ended;
    return this;
  }

  get iterable(): Iterable<Item> {
    return {
      [Symbol.iterator]: () => ({
        next: () => {
          this.asked();
          return this.take();
        },
        return: () => {
          this.returned();
          return { done: true, value: undefined };
        },
      }),
    };
  }

  get asyncIterable(): AsyncIterable<Item> {
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          this.asked();
          return this.trial.timetable.later('pull', () => this.take());
        },
        return: async () => {
          this.returned();
          return { done: true, value: undefined };
        },
      }),
    };
  }

  /** Released: read to its end, or returned exactly once. An answer on its way may have been overtaken by a return. */
  checkReleased(): void {
    const { returns, state, pulls } = this;
    const ok = state === 'exhausted' || state === 'failed' ? returns <= 1 : returns === 1;
    this.trial.expect(
      ok,
      'C9 everything is released',
      () => `an iterator, ${state} after ${String(pulls)} pulls, was returned ${String(returns)} times`,
    );
  }

  private asked(): void {
    const { trial, account, state, returns } = this;
    this.pulls++;
    trial.userCode('a pull', returns === 0);
    trial.expect(
      state === 'open',
      'C9 nothing happens after the end',
      () => `a pull from an iterator that was ${state}`,
    );
    if (account?.bounded === true) {
      const { available } = account;
      trial.expect(available > 0, 'C1 a source is pulled only against credit', () => `pulled at ${String(available)}`);
    }
    if (this.pulls > RUNAWAY) {
      trial.violate('C5 all of it ends', 'pulled without end');
      throw trial.inject('runaway');
    }
    this.state = 'running';
  }

  private take(): IteratorResult<Item, undefined> {
    try {
      const value = this.give(this.pulls - 1);
      this.state = value === undefined ? 'exhausted' : 'open';
      if (value !== undefined) return { done: false, value };
      this.tell();
      return { done: true, value: undefined };
    } catch (error) {
      this.state = 'failed';
      this.tell();
      throw error;
    }
  }

  private returned(): void {
    this.returns++;
    this.trial.expect(this.returns === 1, 'C9 everything is released', () => 'an iterator was returned twice');
    this.tell();
    this.trial.event();
    if (!this.returnThrows) return;
    // What throws in a teardown keeps RxJS's flattening operators from ever completing.
    this.trial.stuck ||= this.trial.traits.flattens;
    throw this.trial.inject('return throws');
  }

  private tell(): void {
    const { ended } = this;
    this.ended = null;
    ended?.();
  }
}
