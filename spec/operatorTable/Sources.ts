import { from, type Observable } from 'rxjs';
import { Flowable } from '../../lib/credit/Flowable.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { Item } from './Item.js';
import type { Trace } from './Trace.js';
import type { VirtualClock } from './VirtualClock.js';

/** How much the sources of one run give. */
export interface Load {
  /** Records of each flow that the variant does not limit; Infinity: endless. */
  readonly length: number;
  /** Pulls of all sources together after which the run counts as running away and is ended. */
  readonly pullLimit: number;
}

/** What a variant is built from. */
export interface Given {
  /** The main flow. */
  readonly S: Observable<Item>;
  /** Another flow, of `length` records or as many as the load says. */
  readonly flow: (role: string, length?: number, name?: string) => Observable<Item>;
  /** A flow for one record, seven records long unless said otherwise. */
  readonly inner: (role: string, parent: Item, length?: number) => Observable<Item>;
  /** A flow that gives one record a millisecond. */
  readonly asyncFlow: (role: string, length?: number) => Observable<Item>;
  /** As `inner`, one record a millisecond. */
  readonly asyncInner: (role: string, parent: Item, length?: number) => Observable<Item>;
}

/**
 * Flowables · the same as plain Observables · plain, and the flows that are not inner ones give one record a
 * millisecond · Flowables that fall silent after a while without an end, so that an endless run can be looked at.
 */
export type SourceKind = 'flow' | 'plain' | 'plainPaced' | 'silent';

export const INNER_LENGTH = 7;

/** The main flow falls silent later than the others, so that whoever compares or pairs them is left with a rest. */
const SILENT_AFTER = { main: 2000, other: 500 };

/** Makes the sources of one run, and counts what is asked of them. */
export class Sources implements Given {
  readonly pulls = new Map<string, number>();
  /** The labels of all records of finite sources. */
  readonly made = new Set<string>();
  opened = 0;
  released = 0;
  runaway = false;
  private total = 0;
  private readonly subscriptions = new Map<string, number>();

  constructor(
    private readonly kind: SourceKind,
    private readonly load: Load,
    private readonly clock: VirtualClock,
    private readonly stop: () => void,
    readonly trace: Trace | null = null,
  ) {}

  get S(): Observable<Item> {
    return this.flow('S');
  }

  // Properties, because variants take what they need by destructuring.
  readonly flow = (role: string, length = this.load.length, name = role): Observable<Item> =>
    this.kind === 'plainPaced' ? from(this.asyncIterable(role, name, length)) : this.observe(role, name, length);

  readonly inner = (role: string, parent: Item, length = INNER_LENGTH): Observable<Item> =>
    this.observe(role, `${role}(${parent.label})`, length);

  readonly asyncFlow = (role: string, length = this.load.length): Observable<Item> =>
    this.observeAsync(this.asyncIterable(role, role, length));

  readonly asyncInner = (role: string, parent: Item, length = INNER_LENGTH): Observable<Item> =>
    this.observeAsync(this.asyncIterable(role, `${role}(${parent.label})`, length));

  /** Counts one pull. False: the run is over, the source ends. */
  countPull(role: string): boolean {
    if (this.runaway) return false;
    this.pulls.set(role, (this.pulls.get(role) ?? 0) + 1);
    if (++this.total >= this.load.pullLimit) {
      this.runaway = true;
      this.stop();
    }
    return true;
  }

  note(item: Item): void {
    this.trace?.made(item);
    if (this.load.length !== Infinity) this.made.add(item.label);
  }

  private observe(role: string, name: string, length: number): Observable<Item> {
    const iterable = { [Symbol.iterator]: () => this.open(role, name, length) };
    if (this.kind === 'flow') return fromPull(iterable);
    if (this.kind !== 'silent') return from(iterable);
    const most = role === 'S' ? SILENT_AFTER.main : SILENT_AFTER.other;
    return this.traced(fallingSilent(iterable, most));
  }

  private observeAsync(iterable: AsyncIterable<Item>): Observable<Item> {
    if (this.kind === 'plain' || this.kind === 'plainPaced') return from(iterable);
    return this.traced(fromPull(iterable));
  }

  private traced(flow: Observable<Item>): Observable<Item> {
    return this.trace === null ? flow : flow.pipe(this.trace.follow());
  }

  private open(role: string, name: string, length: number): CountedIterator {
    const subscription = this.subscriptions.get(name) ?? 0;
    this.subscriptions.set(name, subscription + 1);
    return new CountedIterator(this, role, name, subscription, length);
  }

  private asyncIterable(role: string, name: string, length: number): AsyncIterable<Item> {
    return {
      [Symbol.asyncIterator]: () => {
        const iterator = this.open(role, name, length);
        return {
          next: async () => {
            const result = iterator.next();
            if (result.done !== true) await this.clock.wait(1);
            return result;
          },
          return: async () => iterator.return(),
        };
      },
    };
  }
}

/** A source that has nothing to give after `most` records, and does not end. */
function fallingSilent(iterable: Iterable<Item>, most: number): Observable<Item> {
  return new Flowable((subscriber) => {
    const iterator = iterable[Symbol.iterator]();
    let given = 0;
    subscriber.onDemand(() => {
      while (subscriber.balance > 0 && given < most) {
        const result = iterator.next();
        given++;
        if (result.done === true) subscriber.complete();
        else subscriber.next(result.value);
      }
    });
    return () => iterator.return?.();
  });
}

class CountedIterator implements Iterator<Item> {
  private index = 0;
  private isReleased = false;

  constructor(
    private readonly sources: Sources,
    private readonly role: string,
    private readonly name: string,
    private readonly subscription: number,
    private readonly length: number,
  ) {
    sources.opened++;
  }

  next(): IteratorResult<Item> {
    if (this.index >= this.length || !this.sources.countPull(this.role)) return this.return();
    const value = new Item(this.role, this.name, this.subscription, this.index++);
    this.sources.note(value);
    return { done: false, value };
  }

  return(): IteratorResult<Item> {
    if (!this.isReleased) this.sources.released++;
    this.isReleased = true;
    return { done: true, value: undefined };
  }
}
