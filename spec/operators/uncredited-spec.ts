import { describe, expect, it } from '@jest/globals';
import { take, takeUntil } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { uncredited } from '../../lib/operators/uncredited.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { codeIn } from '../credit/support/errors.js';
import { never } from '../credit/support/waiting.js';
import { numbers, see } from './support/seen.js';

describe('uncredited', () => {
  it('C14: lets a notifier be heard while the stage below is full; a linked one waits for credit', () => {
    const stopped = (free: boolean) => {
      const source = handFed(numbers(9));
      const stop = handFed<string>();
      const notifier = free ? uncredited(stop) : stop;
      see(source.pipe(takeUntil(notifier), stage(never, { capacity: 2 })));
      stop.send('stop');
      return !source.subscribed;
    };
    expect([stopped(false), stopped(true)]).toEqual([false, true]);
  });

  it('hands on values, the end and the error', () => {
    expect(see(uncredited(fromPull([1, 2]))).seen).toEqual([1, 2, '|']);
    const source = handFed<number>();
    const { seen } = see(uncredited(source));
    source.error('no');
    expect(seen).toEqual([{ error: 'no' }]);
  });

  it('C9: an endless synchronous flow stops when its subscriber has had enough', () => {
    let pulled = 0;
    function* endless() {
      while (pulled < 1000) yield pulled++;
    }
    uncredited(fromPull(endless())).pipe(take(1)).subscribe();
    expect(pulled).toBe(1);
  });

  it('C6c: its records must not reach a stage: they are a cut link', () => {
    const { seen } = see(uncredited(fromPull([1])).pipe(stage((n) => n)));
    expect(seen.map((one) => codeIn((one as { error: unknown }).error))).toEqual(['CUT_LINK']);
  });
});
