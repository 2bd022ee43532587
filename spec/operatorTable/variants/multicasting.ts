import {
  connect,
  connectable,
  ConnectableObservable,
  identity,
  merge,
  multicast,
  Observable,
  publish,
  publishBehavior,
  publishLast,
  publishReplay,
  refCount,
  share,
  shareReplay,
  Subject,
  Subscriber,
  type Connectable,
  type OperatorFunction,
} from 'rxjs';
import type { Item } from '../Item.js';
import { variant } from '../Variant.js';

/** Subscribes before it connects, and disconnects with its subscriber. */
const connected = (source: Connectable<Item>): Observable<Item> =>
  new Observable((subscriber) => {
    source.subscribe(subscriber);
    subscriber.add(source.connect());
  });

/** The way of the RxJS guide: a new observer in the middle. */
const withPlainObserver: OperatorFunction<Item, Item> = (source) =>
  new Observable((subscriber) =>
    source.subscribe({
      next: (item) => subscriber.next(item),
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    }),
  );

class Passing extends Subscriber<Item> {}

const withOwnSubscriber: OperatorFunction<Item, Item> = (source) =>
  new Observable((subscriber) => source.subscribe(new Passing(subscriber)));

/** A Subject or a plain observer stands in the middle of the chain. */
export const multicastingVariants = [
  variant('share', [share], ({ S }) => S.pipe(share())),
  variant('shareReplay(1)', [shareReplay], ({ S }) => S.pipe(shareReplay(1))),
  variant('shareReplay(refCount)', [shareReplay], ({ S }) => S.pipe(shareReplay({ bufferSize: 1, refCount: true }))),
  variant('connect', [connect], ({ S }) => S.pipe(connect(identity))),
  variant('connect(merge)', [connect], ({ S }) => S.pipe(connect((shared) => merge(shared, shared)))),
  variant('publish+refCount', [publish, refCount], ({ S }) => S.pipe(publish(), refCount())),
  variant('publish(sel)', [publish], ({ S }) => S.pipe(publish(identity))),
  variant('publishBehavior+refCount', [publishBehavior], ({ S }) =>
    S.pipe(publishBehavior<Item | string>('before'), refCount()),
  ),
  variant('publishLast+refCount', [publishLast], ({ S }) => S.pipe(publishLast(), refCount())),
  variant('publishReplay(1)+refCount', [publishReplay], ({ S }) => S.pipe(publishReplay(1), refCount())),
  variant('multicast+refCount', [multicast, ConnectableObservable], ({ S }) =>
    S.pipe(
      multicast(() => new Subject<Item>()),
      refCount(),
    ),
  ),
  variant('multicast(sel)', [multicast], ({ S }) => S.pipe(multicast(() => new Subject<Item>(), identity))),
  variant('connectable', [connectable], ({ S }) => connected(connectable(S))),
  variant('plain observer operator', [Observable], ({ S }) => S.pipe(withPlainObserver)),
  variant('hand-written op passing subscriber', [Subscriber], ({ S }) => S.pipe(withOwnSubscriber)),
];
