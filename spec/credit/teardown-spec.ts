import { describe, expect, it } from '@jest/globals';
import { afterTeardown, inTeardown } from '../../lib/credit/teardown.js';
import { enterFrame, leaveFrame } from '../../lib/credit/trampoline.js';
import { microtasks } from '../operators/support/Works.js';

describe('C6b: what must not happen inside a teardown', () => {
  it('happens at once where there is none', () => {
    let done = 0;
    afterTeardown(() => done++);
    expect(done).toBe(1);
  });

  it('happens when the outermost call ends, where there is one', () => {
    let done = 0;
    enterFrame();
    inTeardown(() => {
      afterTeardown(() => done++);
    });
    expect(done).toBe(0);
    leaveFrame();
    expect(done).toBe(1);
  });

  it('and else after whoever is unsubscribing, also where that throws', async () => {
    let done = 0;
    const unsubscribe = () => {
      inTeardown(() => {
        afterTeardown(() => done++);
        throw new Error('no');
      });
    };
    expect(unsubscribe).toThrow('no');
    expect(done).toBe(0);
    await microtasks();
    expect(done).toBe(1);
    afterTeardown(() => done++);
    expect(done).toBe(2);
  });
});
