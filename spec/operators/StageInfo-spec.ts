import { describe, expect, it } from '@jest/globals';
import { WorkInfo } from '../../lib/operators/StageInfo.js';
import { Bookkeeper } from '../../lib/records/Bookkeeper.js';

describe('the second argument of a project', () => {
  it('C13: makes its signal when that is looked at, and always the same one', () => {
    const info = new WorkInfo(new Bookkeeper().open(1, null, null), 3);
    expect([info.index, info.record.origin]).toEqual([3, 1]);
    expect((info as unknown as { controller: unknown }).controller).toBeNull();
    expect(info.signal).toBe(info.signal);
    info.abort();
    expect(info.signal.aborted).toBe(true);
  });

  it('C9: a signal that is looked at after the abort is aborted', () => {
    const info = new WorkInfo(new Bookkeeper().open(1, null, null), 0);
    info.abort();
    expect(info.signal.aborted).toBe(true);
  });
});
