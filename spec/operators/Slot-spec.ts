import { describe, expect, it } from '@jest/globals';
import { EMPTY, Observable, of } from 'rxjs';
import { Slot } from '../../lib/operators/Slot.js';
import { WorkInfo } from '../../lib/operators/StageInfo.js';
import { isWork, NOTHING } from '../../lib/operators/Work.js';
import { Bookkeeper } from '../../lib/records/Bookkeeper.js';
import { microtasks } from './support/Works.js';

function slot() {
  const told: string[] = [];
  const made: Slot<string, unknown> = new Slot<string, unknown>({ slotDone: ({ state }) => told.push(state) });
  return { told, made };
}

describe('a slot for work', () => {
  it('says once that its promise has settled', async () => {
    const { told, made } = slot();
    made.follow(Promise.resolve(1));
    await microtasks();
    expect([told, made.state, made.result]).toEqual([['done'], 'done', 1]);
    made.release();
    made.follow(Promise.reject(new Error('no')));
    await microtasks();
    expect([told, made.error]).toEqual([['done', 'failed'], new Error('no')]);
  });

  it('keeps the last value of an Observable, and that there was none', () => {
    const { made } = slot();
    made.follow(of(1, 2));
    expect(made.result).toBe(2);
    made.release();
    made.follow(EMPTY);
    expect(made.result).toBe(NOTHING);
  });

  it('C9: released, it unsubscribes what runs, aborts its signal and hears nothing more', async () => {
    const { told, made } = slot();
    let released = 0;
    const info = new WorkInfo(new Bookkeeper().open(1, null, null), 0);
    const { signal } = info;
    made.info = info;
    made.follow(new Observable(() => () => released++));
    made.release();
    made.succeed('late');
    made.fail('late');
    await microtasks();
    expect([released, signal.aborted, told, made.state]).toEqual([1, true, [], 'free']);
  });
});

describe('what must be waited for', () => {
  it('is a thenable or an Observable, of whatever copy of RxJS', () => {
    const work = [Promise.resolve(), { then: () => undefined }, of(1), { subscribe: () => 0, pipe: () => 0 }];
    const values = [undefined, null, 1, 'then', {}, [], { then: 1 }, { subscribe: () => 0 }, () => 1];
    expect(work.map((one) => isWork(one))).toEqual(work.map(() => true));
    expect(values.map((one) => isWork(one))).toEqual(values.map(() => false));
  });
});
