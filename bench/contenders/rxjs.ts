import { from, map, mergeMap, Observable, range } from 'rxjs';
import { addOne, answer, CONCURRENCY, Counter, type AsyncWork, type SlowWork, type SyncWork } from './work.js';

function sumOfFiveMaps(source: Observable<number>): number {
  let sum = 0;
  source.pipe(map(addOne), map(addOne), map(addOne), map(addOne), map(addOne)).subscribe((n) => {
    sum += n;
  });
  return sum;
}

/** A hand-written source, as plain as the one that Sluice is given. */
const counter = (records: number): Observable<number> =>
  new Observable<number>((subscriber) => {
    for (let next = 0; next < records && !subscriber.closed; next++) subscriber.next(next);
    subscriber.complete();
  });

export const syncRange: SyncWork = (records) => sumOfFiveMaps(range(0, records));

export const syncIterable: SyncWork = (records) => sumOfFiveMaps(from(new Counter(records)));

export const syncObservable: SyncWork = (records) => sumOfFiveMaps(counter(records));

export const async: AsyncWork = (records) =>
  new Promise((resolve, reject) => {
    let sum = 0;
    range(0, records)
      .pipe(mergeMap(answer, CONCURRENCY))
      .subscribe({
        next: (n) => {
          sum += n;
        },
        error: reject,
        complete: () => {
          resolve(sum);
        },
      });
  });

/** The peak is reached before the first write ends. What is left is cancelled: the queue is quadratic to empty. */
export const slow: SlowWork = (source, sink) =>
  new Promise((resolve, reject) => {
    let written = 0;
    const subscription = from(source)
      .pipe(mergeMap(sink.write, CONCURRENCY))
      .subscribe({
        next: () => {
          if (++written < 10 * CONCURRENCY) return;
          subscription.unsubscribe();
          resolve();
        },
        error: reject,
        complete: resolve,
      });
  });
