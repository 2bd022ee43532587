import { Observable, Subscriber } from 'rxjs';
import type { Item } from './Item.js';

/** What a probe tells. */
export interface Watcher {
  entering(item: Item, target: Subscriber<Item>): void;
  passed(item: Item): void;
  completing(): void;
  failing(error: unknown): void;
  released(): void;
}

/** Hands everything on and tells of it. It has a `destination`, as RxJS's own operators have: credit passes through. */
class Probe extends Subscriber<Item> {
  constructor(
    private readonly target: Subscriber<Item>,
    private readonly watcher: Watcher,
  ) {
    super(target);
    this.add(() => {
      watcher.released();
    });
  }

  override next(item: Item): void {
    if (this.isStopped) return;
    const { target, watcher } = this;
    watcher.entering(item, target);
    // Whoever is told may have left.
    if (this.isStopped) return;
    try {
      target.next(item);
    } finally {
      watcher.passed(item);
    }
  }

  override complete(): void {
    if (this.isStopped) return;
    this.watcher.completing();
    super.complete();
  }

  override error(error: unknown): void {
    if (this.isStopped) return;
    this.watcher.failing(error);
    super.error(error);
  }
}

/** Watches each subscription with a watcher of its own, which is given the subscriber below. */
export function probe(source: Observable<Item>, watch: (target: Subscriber<Item>) => Watcher): Observable<Item> {
  return new Observable((target) => source.subscribe(new Probe(target, watch(target))));
}
