import { Observable, Subscriber } from 'rxjs';

/**
 * Takes a flow out of the credit of the pipeline that it is subscribed in: it runs with unbounded demand. Meant for
 * notifiers (`takeUntil(uncredited(flow))`), which are linked like any source otherwise, and would wait for credit
 * while the stage below is full. Its own records must not reach that stage: they would be a cut link.
 *
 * - **Emits** whenever the flow does.
 * - **Back-pressures** nothing.
 * - **Completes** when the flow completes.
 * - **Cancels** the flow.
 *
 * @example
 * fromPull(rows).pipe(takeUntil(uncredited(stopSignals)), stage(save)).subscribe();
 */
export function uncredited<T>(flow: Observable<T>): Observable<T> {
  return new Observable((target) => {
    // Known to the target before it is subscribed, or a synchronous flow could not be stopped.
    const unlinked = new Subscriber<T>({
      next: (value: T) => {
        target.next(value);
      },
      error: (error: unknown) => {
        target.error(error);
      },
      complete: () => {
        target.complete();
      },
    } as Subscriber<T>);
    target.add(unlinked);
    flow.subscribe(unlinked);
  });
}
