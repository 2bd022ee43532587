import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Observable, Subscriber, type MonoTypeOperatorFunction } from 'rxjs';
import { itemsOf, type Item } from './Item.js';

/** What a traced run has shown beside its counts. */
export interface TraceResult {
  readonly arrivals: number;
  /** Records that arrived after their own delivery had ended: something in the link had held them. */
  readonly late: number;
  /** Those of them that more than `longLag` records of the same role had overtaken. */
  readonly longLate: number;
  /** Flows subscribed inside a delivery, of another flow, that goes on. */
  readonly childFlows: number;
  /** Records that have not arrived and that are still alive: something in the link holds them. */
  readonly held: number;
}

interface Delivery {
  readonly subscriber: Subscriber<Item>;
  readonly item: Item;
}

/** Watches one run from inside its link. */
export class Trace {
  private arrivals = 0;
  private childFlows = 0;
  private readonly late = new Set<Item>();
  private readonly longLate = new Set<Item>();
  private readonly deliveries: Delivery[] = [];
  private readonly arrived = new WeakSet<Item>();
  private readonly references: WeakRef<Item>[] = [];
  private readonly serials = new WeakMap<Item, number>();
  private readonly lastSerials = new Map<string, number>();

  constructor(private readonly longLag: number) {}

  made(item: Item): void {
    const serial = (this.lastSerials.get(item.role) ?? 0) + 1;
    this.lastSerials.set(item.role, serial);
    this.serials.set(item, serial);
    this.references.push(new WeakRef(item));
  }

  /** An operator directly below a source, which marks where each delivery begins and ends. */
  follow(): MonoTypeOperatorFunction<Item> {
    return (source) =>
      new Observable<Item>((output) => {
        if (this.deliveries.some(({ subscriber }) => !subscriber.closed)) this.childFlows++;
        return source.subscribe(new Follower(output, this.deliveries));
      });
  }

  /** An operator directly above the stage, which sees every arrival. */
  watchArrivals<T>(): MonoTypeOperatorFunction<T> {
    return (source) =>
      new Observable<T>((output) =>
        source.subscribe(
          new ArrivalWatcher(output, (value) => {
            this.arrive(value);
          }),
        ),
      );
  }

  async result(): Promise<TraceResult> {
    const { arrivals, late, longLate, childFlows } = this;
    return { arrivals, late: late.size, longLate: longLate.size, childFlows, held: await this.countHeld() };
  }

  private arrive(value: unknown): void {
    this.arrivals++;
    for (const item of itemsOf(value)) {
      this.arrived.add(item);
      if (this.deliveries.some((delivery) => delivery.item === item)) continue;
      this.late.add(item);
      const lag = (this.lastSerials.get(item.role) ?? 0) - (this.serials.get(item) ?? 0);
      if (lag > this.longLag) this.longLate.add(item);
    }
  }

  /** Looking for what is alive takes a garbage collection: it is done where there can be something. */
  private async countHeld(): Promise<number> {
    if (this.references.length <= this.arrivals + this.longLag) return 0;
    // A WeakRef keeps its target until the job that made it or looked at it is over.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    return this.references.filter((reference) => {
      const item = reference.deref();
      return item !== undefined && !this.arrived.has(item);
    }).length;
  }
}

class Follower extends Subscriber<Item> {
  constructor(
    output: Subscriber<Item>,
    private readonly deliveries: Delivery[],
  ) {
    super(output);
  }

  override next(item: Item): void {
    this.deliveries.push({ subscriber: this, item });
    super.next(item);
    this.deliveries.pop();
  }
}

class ArrivalWatcher<T> extends Subscriber<T> {
  constructor(
    output: Subscriber<T>,
    private readonly arrive: (value: T) => void,
  ) {
    super(output);
  }

  override next(value: T): void {
    if (!this.closed) this.arrive(value);
    super.next(value);
  }
}

let collector: (() => void) | null = null;

function collectGarbage(): void {
  if (collector === null) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as () => void;
  }
  collector();
}
