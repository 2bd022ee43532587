import { Flowable, fromPull, run, stage } from 'sluice';
import type { Observable } from 'rxjs';
import { addOne, answer, CONCURRENCY, Counter, syncSum, type AsyncWork, type SlowWork, type SyncWork } from './work.js';

const fiveStages = (source: Observable<number>): Observable<number> =>
  source.pipe(stage(addOne), stage(addOne), stage(addOne), stage(addOne), stage(addOne));

/** The counter of the other contenders as a Flowable: what a source looks like that is written for credit. */
const counterFlow = (records: number): Flowable<number> =>
  new Flowable<number>((subscriber) => {
    let next = 0;
    subscriber.onDemand(() => {
      while (next < records && subscriber.balance > 0) subscriber.next(next++);
      if (next === records) subscriber.complete();
    });
  });

function sumOf(flow: Observable<number>): number {
  let sum = 0;
  flow.subscribe((n) => {
    sum += n;
  });
  return sum;
}

export const syncFromPull: SyncWork = (records) => sumOf(fiveStages(fromPull(new Counter(records))));

export const syncFlowable: SyncWork = (records) => sumOf(fiveStages(counterFlow(records)));

/** `run` wants no values: that all came through is what the ledger says. */
export const permits: SyncWork = async (records) => {
  const report = await run(fiveStages(fromPull(new Counter(records))));
  if (report.in !== report.delivered) throw new Error(`the ledger says ${String(report)}`);
  return syncSum(report.delivered);
};

export const async: AsyncWork = (records) =>
  new Promise((resolve, reject) => {
    let sum = 0;
    fromPull(new Counter(records))
      .pipe(stage(answer, { concurrency: CONCURRENCY, order: 'none' }))
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

export const slow: SlowWork = (source, sink) =>
  new Promise((resolve, reject) => {
    fromPull(source)
      .pipe(stage(sink.write, { concurrency: CONCURRENCY, order: 'none' }))
      .subscribe({ error: reject, complete: resolve });
  });
