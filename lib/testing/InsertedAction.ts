import { VirtualAction, type VirtualTimeScheduler } from 'rxjs';

/** An action that finds its place among those that wait. RxJS's own sorts all of them, each time, and stops with thousands. */
export class InsertedAction<T> extends VirtualAction<T> {
  protected override requestAsyncId(
    scheduler: VirtualTimeScheduler,
    id?: Parameters<VirtualAction<T>['recycleAsyncId']>[1],
    delay = 0,
  ): ReturnType<VirtualAction<T>['requestAsyncId']> {
    void id;
    this.delay = scheduler.frame + delay;
    const actions = scheduler.actions as VirtualAction<unknown>[];
    let least = 0;
    let most = actions.length;
    while (least < most) {
      const middle = (least + most) >> 1;
      // Behind those of the same time: they were scheduled before.
      if ((actions[middle]?.delay ?? Infinity) <= this.delay) least = middle + 1;
      else most = middle;
    }
    actions.splice(least, 0, this as VirtualAction<unknown>);
    return 1;
  }
}
