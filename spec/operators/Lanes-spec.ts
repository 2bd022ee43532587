import { describe, expect, it } from '@jest/globals';
import { Lanes } from '../../lib/operators/Lanes.js';
import { Bookkeeper } from '../../lib/records/Bookkeeper.js';

describe('Lanes', () => {
  it('give the first record of each key, and the next of a key when that one is finished', () => {
    const lanes = new Lanes<string>();
    for (const value of ['a1', 'a2', 'b1', 'a3']) lanes.push(value[0], value, null);
    const first = lanes.shift();
    const other = lanes.shift();
    expect([first?.value, other?.value, lanes.shift()]).toEqual(['a1', 'b1', undefined]);
    expect([lanes.size, lanes.inUse]).toEqual([2, 2]);
    if (first !== undefined) lanes.finished(first.lane);
    expect([lanes.readySize, lanes.shift()?.value]).toEqual([1, 'a2']);
  });

  it('C11: are used again: there are never more than keys in flight, however many keys go by', () => {
    const lanes = new Lanes<number>();
    const used = new Set<unknown>();
    for (let n = 0; n < 10_000; n++) {
      lanes.push(n, n, null);
      const next = lanes.shift();
      if (next === undefined) throw new Error('the key was free');
      used.add(next.lane);
      lanes.finished(next.lane);
    }
    expect([used.size, lanes.inUse, lanes.size]).toEqual([1, 0, 0]);
  });

  it('C9: hand over the contexts of all that waited when they are cleared', () => {
    const lanes = new Lanes<number>();
    const keeper = new Bookkeeper();
    const records = [1, 2, 3].map((n) => keeper.open(n, null, null));
    lanes.push('a', 1, records[0]!);
    lanes.push('a', 2, records[1]!);
    lanes.push('b', 3, records[2]!);
    const taken: unknown[] = [];
    lanes.clear((record) => taken.push(record));
    expect(new Set(taken)).toEqual(new Set(records));
    expect([lanes.size, lanes.inUse, lanes.shift()]).toEqual([0, 0, undefined]);
  });
});
