import { broadcast, fromPull } from 'sluice';
import { from, share, Subject, type Observable } from 'rxjs';
import { Counter, type PassWork } from './work.js';

/** How many subscribers each record goes to. */
const BRANCHES = 8;

/** The sum over all subscribers, divided by their number: every one of them has seen every record. */
function sumOfBranches(shared: Observable<number>, start: () => void = () => undefined): number {
  let sum = 0;
  for (let branch = 0; branch < BRANCHES; branch++) {
    shared.subscribe((n) => {
      sum += n;
    });
  }
  start();
  return sum / BRANCHES;
}

export const broadcastWork: PassWork = (records) =>
  sumOfBranches(broadcast(fromPull(new Counter(records)), { branches: BRANCHES }));

/** `share` would give all there is to the first subscriber: the source begins when all are there. */
export const shareWork: PassWork = (records) => {
  const subject = new Subject<number>();
  return sumOfBranches(subject.pipe(share()), () => {
    from(new Counter(records)).subscribe(subject);
  });
};
