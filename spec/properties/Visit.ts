import type { Subscriber } from 'rxjs';
import type { CreditAccount } from '../../lib/credit/CreditAccount.js';
import { discoverCredit } from '../../lib/credit/discovery.js';
import { isProtocolFault } from '../../lib/credit/faults.js';
import type { Built } from './Built.js';
import { keyOf, nameOf, type Item } from './Item.js';
import type { Watcher } from './Probe.js';
import type { Ending, Fate, Trial } from './Trial.js';

/** One subscription to what lies above a step: a step that subscribes again has several. */
export interface Input {
  readonly items: Item[];
  ending: Ending | null;
  released: boolean;
}

/**
 * One subscription of one step, between two probes. For a stage it counts what the stage holds, from what the probes
 * see and from what user code is told, and compares that with the account.
 */
export class Visit {
  readonly inputs: Input[] = [];
  readonly outputs: Item[] = [];
  ending: Ending | null = null;
  over = false;
  built: Built | null = null;
  /** What the stage holds. */
  readonly holds = new Map<string, Item>();
  /** Dropped by a project without a value: still held, or not. */
  readonly emptied = new Set<string>();
  readonly settledHere = new Map<string, Fate>();
  /** Errors with which this step may fail. */
  readonly failures = new Set<unknown>();
  /** Work that is going on, with its signal where the project looked at one. */
  readonly works = new Map<object, AbortSignal | null>();
  /** What else must hold when it is all over. */
  readonly atTheEnd: (() => void)[] = [];
  private account: CreditAccount | null = null;
  /** Where each input stood, to see the order. */
  private readonly places = new Map<string, number>();
  private readonly emitted = new Set<string>();
  private readonly lastPlaces = new Map<number, number>();

  constructor(
    private readonly trial: Trial,
    readonly index: number,
    /** How many records too many the link above may bring. */
    private readonly allowance: number,
    /** How many may have come that are not let in yet. */
    private readonly atTheDoor: number,
  ) {
    trial.visits.push(this);
  }

  get name(): string {
    return `step ${String(this.index)}`;
  }

  get alive(): boolean {
    return !this.over && this.ending === null;
  }

  readonly watchInput = (target: Subscriber<Item>): Watcher => {
    const input: Input = { items: [], ending: null, released: false };
    this.inputs.push(input);
    if (this.built?.isStage === true) this.account = discoverCredit(target).account;
    return {
      entering: (item, entrance) => {
        this.trial.event();
        if (!entrance.closed) this.enter(input, item);
      },
      passed: () => {
        this.trial.event();
      },
      completing: () => {
        input.ending = { kind: 'complete' };
      },
      failing: (error) => {
        input.ending = { kind: 'error', error };
      },
      released: () => {
        input.released = true;
      },
    };
  };

  readonly watchOutput = (): Watcher => ({
    entering: (item) => {
      const { trial } = this;
      trial.expect(this.alive && !trial.over, 'C9 nothing happens after the end', () => `${this.name} emitted`);
      this.outputs.push(item);
      this.checkEmission(item);
      // Whatever leaves the last stage, or comes in below it, is delivered.
      if (this.index >= trial.traits.lastStage) trial.become(item, 'delivered');
      trial.event();
    },
    passed: (item) => {
      if (this.built?.leavesWithResult === true) this.let(item);
      this.trial.event();
    },
    completing: () => {
      this.finish({ kind: 'complete' });
    },
    failing: (error) => {
      this.trial.broken = true;
      this.finish({ kind: 'error', error });
    },
    released: () => {
      this.over = true;
      if (this.ending === null) this.trial.broken ||= !this.trial.traits.cutsOff;
      for (const item of [...this.holds.values()]) this.let(item);
    },
  });

  /** Held no longer. */
  let(item: Item): void {
    if (this.holds.delete(nameOf(item))) this.trial.hold(item, -1);
  }

  /** It ends in this stage, as user code was told. */
  settled(item: Item, fate: Fate): void {
    this.trial.expect(
      !this.settledHere.has(nameOf(item)),
      'P1 a record settles once, when nobody holds it',
      () => `${this.name} told twice of ${nameOf(item)}`,
    );
    this.settledHere.set(nameOf(item), fate);
    if (fate === 'deadLettered' && this.trial.governor !== null) this.trial.governor.lettersTold++;
    this.let(item);
    this.trial.become(item, fate);
    this.trial.userCode(`${this.name}: a listener`, true);
  }

  /** The project answers without a value: nobody is told when the stage is done with it. */
  empty(item: Item): void {
    this.emptied.add(nameOf(item));
    this.let(item);
  }

  check(quiet: boolean): void {
    const { account, trial, built } = this;
    if (account === null || built === null || !this.alive || trial.over) return;
    const counted = this.holds.size;
    const spread = quiet ? 0 : built.atOnce + this.atTheDoor;
    const { held, owed, available, capacity, arrivals, granted } = account;
    trial.expect(
      held >= counted - spread && held <= counted + spread + this.emptied.size && owed >= 0 && held >= 0,
      'C2 the account agrees with what was counted outside it',
      () => `${this.name}: held ${String(held)}, counted ${String(counted)}, owed ${String(owed)}`,
    );
    trial.expect(
      arrivals <= granted + this.allowance && available <= capacity,
      'C3 arrivals stay within what was granted',
      () => `${this.name}: ${String(arrivals)} arrived, ${String(granted)} granted`,
    );
    trial.expect(
      held <= capacity + this.allowance,
      'C11 live records fit into the capacities',
      () => `${this.name}: ${String(held)} held in ${String(capacity)} places`,
    );
  }

  checkReleased(): void {
    for (const check of this.atTheEnd) check();
    const open = this.inputs.filter(({ released }) => !released).length;
    const running = [...this.works.values()].filter((signal) => signal?.aborted === false).length;
    const property = 'C9 everything is released';
    this.trial.expect(this.over && open === 0, property, () => `${this.name}: ${String(open)} links are subscribed`);
    this.trial.expect(running === 0, property, () => `${this.name}: ${String(running)} works go on`);
    this.trial.expect(this.holds.size === 0, property, () => `${this.name}: ${String(this.holds.size)} held`);
  }

  private enter(input: Input, item: Item): void {
    const name = nameOf(item);
    const { trial } = this;
    trial.expect(!this.places.has(name), 'C10 nothing is lost or doubled', () => `${name} twice into ${this.name}`);
    this.places.set(name, this.places.size);
    input.items.push(item);
    if (this.built?.isStage !== true) return;
    this.holds.set(name, item);
    trial.hold(item, 1);
  }

  private checkEmission(item: Item): void {
    const { trial, built, places, lastPlaces } = this;
    const name = nameOf(item);
    trial.expect(!this.emitted.has(name), 'C10 nothing is lost or doubled', () => `${this.name} doubled ${name}`);
    this.emitted.add(name);
    if (built?.isStage !== true) return;
    const place = places.get(built.parentOf(item)) ?? -1;
    trial.expect(place >= 0, 'C10 nothing is lost or doubled', () => `${this.name} made up ${name}`);
    if (built.order === 'none') return;
    const key = built.order === 'perKey' ? keyOf(item) : 0;
    const last = lastPlaces.get(key) ?? -1;
    trial.expect(place >= last, 'C6 the order holds', () => `${this.name}: ${name} is too late`);
    lastPlaces.set(key, place);
  }

  /** Told downstream that it is over: it is the right end, and behind all that was accepted. */
  private finish(ending: Ending): void {
    const { trial, built, account } = this;
    trial.expect(this.alive && !trial.over, 'C9 nothing happens after the end', () => `${this.name} ended twice`);
    this.ending = ending;
    if (built === null) return;
    const passedOn = ending.kind === 'complete' || this.endedAbove(ending);
    trial.expect(
      passedOn
        ? ending.kind === 'error' || built.mayComplete(this)
        : this.ownFailure((ending as { error: unknown }).error),
      'C10 the end is the right one',
      () => `${this.name}: ${ending.kind} ${ending.kind === 'error' ? String(ending.error) : ''}`,
    );
    // Faults of the protocol do not wait; and of undefined nobody can say whose failure it is.
    const waits =
      ending.kind === 'complete' ||
      (built.isStage && passedOn && ending.error !== undefined && !isProtocolFault(ending.error));
    if (!waits) return;
    const expected = built.model(this);
    if (expected !== null) this.compare(expected, built.order === 'input');
    if (account === null) return;
    trial.expect(
      account.held === 0 || built.cutsItself(this),
      'C10 nothing is lost or doubled',
      () => `${this.name} ended with ${String(account.held)} held`,
    );
  }

  private endedAbove({ error }: { readonly error: unknown }): boolean {
    return this.inputs.some(({ ending }) => ending?.kind === 'error' && ending.error === error);
  }

  private ownFailure(error: unknown): boolean {
    if (this.failures.has(error)) return true;
    const { cause, code, errors } = error as { cause?: unknown; code?: unknown; errors?: readonly unknown[] };
    // What a teardown throws while an operator subscribes again is that operator's failure.
    if (errors?.every((each) => this.trial.injected.has(each)) === true) return true;
    return code === 'KEY' ? this.failures.has(cause) : this.failures.has(code);
  }

  private compare(expected: readonly Item[], inOrder: boolean): void {
    const names = (items: readonly Item[]) => {
      const all = items.map(nameOf);
      return (inOrder ? all : all.sort()).join(' ');
    };
    this.trial.expect(
      names(expected) === names(this.outputs),
      'C10 nothing is lost or doubled',
      () => `${this.name} should have emitted ${names(expected)}, and emitted ${names(this.outputs)}`,
    );
  }
}

/** What came in last, and all that came in. */
export function allInputs({ inputs }: Visit): Item[] {
  return inputs.flatMap(({ items }) => items);
}
