import type { Subscriber } from 'rxjs';
import { current } from '../../lib/credit/delivery.js';
import type { Governor } from './Governor.js';
import { lineOf, nameOf, type Item } from './Item.js';
import type { Plan } from './Plan.js';
import type { Pull } from './Pull.js';
import { traitsOf, type Traits } from './traits.js';
import type { Timetable } from './Timetable.js';
import type { Visit } from './Visit.js';
import type { WatchedLedger } from './WatchedLedger.js';

/** The properties, by the rules of SEMANTICS.md that they watch. */
export type Property =
  | 'C1 a source is pulled only against credit'
  | 'C2 the account agrees with what was counted outside it'
  | 'C3 arrivals stay within what was granted'
  | 'C5 all of it ends'
  | 'C6 the order holds'
  | 'C9 nothing happens after the end'
  | 'C9 everything is released'
  | 'C10 nothing is lost or doubled'
  | 'C10 the end is the right one'
  | 'C11 live records fit into the capacities'
  | 'C12 no error goes astray'
  | 'P1 a record settles once, when nobody holds it'
  | 'P2 the outcome is what became of the record'
  | 'P2 the ledger balances';

export interface Violation {
  readonly property: Property;
  readonly detail: string;
}

export type Ending = { readonly kind: 'complete' } | { readonly kind: 'error'; readonly error: unknown };

/** What was seen of a record outside the ledger. */
export type Fate = 'delivered' | 'rejected' | 'deadLettered';

/** One run of a plan: what has happened so far, and what should not have. */
export class Trial {
  readonly violations: Violation[] = [];
  readonly visits: Visit[] = [];
  readonly pulls: Pull[] = [];
  readonly delivered: Item[] = [];
  readonly traits: Traits;
  /** The errors that the plan's faults have made. */
  readonly injected = new Set<unknown>();
  /** What became of the descendants of each, by name. */
  readonly fates = new Map<string, Set<Fate>>();
  private readonly holders = new Map<string, number>();
  ledger: WatchedLedger | null = null;
  sink: Subscriber<Item> | null = null;
  ended: Ending | null = null;
  left = false;
  /** A fault has struck that never settles: it may wait for ever. */
  stuck = false;
  /** Something ended before its time: records may be cancelled. */
  broken = false;
  /** The scheduled step in which something last happened. */
  lastEventAt = 0;
  /** Whoever is told of letters and sends them in again; null where there is no controller. */
  governor: Governor | null = null;
  private readonly givenBefore = new Set<Item>();
  private readonly aliases = new WeakMap<object, Item>();
  private timersChecked = false;
  private roots = 0;
  private events = 0;

  constructor(
    readonly plan: Plan,
    readonly timetable: Timetable,
  ) {
    this.traits = traitsOf(plan);
  }

  get over(): boolean {
    return this.left || this.ended !== null;
  }

  violate(property: Property, detail: string): void {
    if (this.violations.length < 5) this.violations.push({ property, detail });
  }

  expect(holds: boolean, property: Property, detail: () => string): void {
    if (!holds) this.violate(property, detail());
  }

  /** A value that no source has given before. */
  fresh(n: number): Item {
    return { root: this.roots++, n, path: '' };
  }

  /**
   * What stands below a source. A record that is sent in again is a record of its own, with a name of its own; its
   * context, which the ledger knows, says what it was at first.
   */
  readonly given = (item: Item): Item => {
    if (!this.givenBefore.has(item)) {
      this.givenBefore.add(item);
      return item;
    }
    const again = this.fresh(item.n);
    if (current.record !== null) this.aliases.set(current.record, again);
    return again;
  };

  /** What a record is called in this run. */
  itemOf(record: { readonly origin: unknown }): Item {
    return this.aliases.get(record) ?? (record.origin as Item);
  }

  inject(label: string): Error {
    const error = new Error(`injected: ${label}`);
    this.injected.add(error);
    return error;
  }

  /** Every observable step comes by here: the invariants hold, and the plan may want to leave. */
  event(): void {
    this.events++;
    this.lastEventAt = this.timetable.stepsTaken;
    for (const visit of this.visits) visit.check(false);
    this.ledger?.check();
    const { leave } = this.plan;
    if (leave?.when === 'event' && leave.at === this.events) this.leave();
  }

  /** Code of the user is called: never after the end. */
  userCode(what: string, alive: boolean): void {
    this.expect(alive && !this.over, 'C9 nothing happens after the end', () => `${what} ran after it was over`);
    this.event();
  }

  /** Nothing of the library is on the stack. */
  quiet(): void {
    for (const visit of this.visits) visit.check(true);
    this.ledger?.checkOutcomes();
    this.governor?.check();
    const { leave } = this.plan;
    if (leave?.when === 'step' && leave.at <= this.timetable.stepsTaken) this.leave();
    if (this.over) this.checkTimers();
  }

  /** Once, when it is just over: what the timers would do afterwards is nobody's business any more. */
  private checkTimers(): void {
    if (this.timersChecked || this.governor?.isSendingIn === true) return;
    this.timersChecked = true;
    const { pending } = this.timetable.clock;
    this.expect(pending === 0, 'C9 everything is released', () => `${String(pending)} timers are left when it ends`);
  }

  readonly leave = (): void => {
    if (this.over || this.sink === null) return;
    this.left = this.broken = true;
    try {
      this.sink.unsubscribe();
    } catch (error) {
      this.threw(error);
    }
  };

  /** Something was thrown where nobody is there to take it: only what the plan itself throws may be. */
  readonly threw = (error: unknown): void => {
    const causes = (error as { errors?: readonly unknown[] } | null)?.errors ?? [error];
    for (const cause of causes) {
      if (cause !== error) this.threw(cause);
      else this.expect(this.injected.has(cause), 'C12 no error goes astray', () => `nobody caught ${String(cause)}`);
    }
  };

  end(ending: Ending): void {
    this.expect(!this.over, 'C9 nothing happens after the end', () => `told that it ended, after the end`);
    if (ending.kind === 'error') this.broken = true;
    this.ended = ending;
    this.event();
  }

  /** What became of it became of all that it comes from. */
  become(item: Item, fate: Fate): void {
    for (const name of lineOf(item)) {
      const fates = this.fates.get(name) ?? new Set();
      this.fates.set(name, fates);
      fates.add(fate);
    }
  }

  hold(item: Item, change: 1 | -1): void {
    for (const name of lineOf(item)) {
      const count = (this.holders.get(name) ?? 0) + change;
      if (count === 0) this.holders.delete(name);
      else this.holders.set(name, count);
    }
  }

  /** How many descendants of it the stages hold, itself included. */
  heldOf(item: Item): number {
    return this.holders.get(nameOf(item)) ?? 0;
  }
}
