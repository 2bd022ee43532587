import { describe, expect, it } from '@jest/globals';
import { Inbox } from '../../lib/credit/Inbox.js';

const drained = <T>(inbox: Inbox<T>): T[] => {
  const values: T[] = [];
  while (inbox.size > 0) values.push(inbox.shift() as T);
  return values;
};

describe('Inbox', () => {
  it('gives back what was pushed, the oldest first, whatever its expected size', () => {
    for (const expected of [undefined, 0, 1, 8, 9, 4096]) {
      const inbox = new Inbox<number>(expected);
      for (let n = 0; n < 100; n++) inbox.push(n);
      expect(inbox.size).toBe(100);
      expect(drained(inbox)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    }
  });

  it('keeps the order while it grows with its head in the middle', () => {
    const inbox = new Inbox<number>();
    let next = 0;
    let expected = 0;
    for (let round = 0; round < 50; round++) {
      for (let n = 0; n < 7; n++) inbox.push(next++);
      for (let n = 0; n < 3; n++) expect(inbox.shift()).toBe(expected++);
    }
    expect(inbox.size).toBe(200);
    expect(inbox.peek()).toBe(expected);
  });

  it('answers undefined where it is empty, and stays usable', () => {
    const inbox = new Inbox<string>();
    expect([inbox.shift(), inbox.pop(), inbox.peek(), inbox.size]).toEqual([undefined, undefined, undefined, 0]);
    inbox.push('a');
    expect(drained(inbox)).toEqual(['a']);
  });

  it('holds undefined as a value: its size tells', () => {
    const inbox = new Inbox<undefined>();
    inbox.push(undefined);
    expect(inbox.size).toBe(1);
    expect(inbox.shift()).toBeUndefined();
    expect(inbox.size).toBe(0);
  });

  it('takes the newest back with pop, also over the edge of the ring', () => {
    const inbox = new Inbox<number>();
    for (let n = 0; n < 7; n++) inbox.push(n);
    for (let n = 0; n < 6; n++) inbox.shift();
    for (let n = 7; n < 10; n++) inbox.push(n);
    expect([inbox.pop(), inbox.pop()]).toEqual([9, 8]);
    expect(drained(inbox)).toEqual([6, 7]);
  });

  it('is empty after clear, and takes values again', () => {
    const inbox = new Inbox<number>(64);
    for (let n = 0; n < 100; n++) inbox.push(n);
    inbox.clear();
    expect([inbox.size, inbox.peek()]).toEqual([0, undefined]);
    for (let n = 0; n < 20; n++) inbox.push(n);
    expect(drained(inbox)).toHaveLength(20);
  });

  it('keeps nothing alive that was taken out', () => {
    const inbox = new Inbox<object>();
    for (let n = 0; n < 5; n++) inbox.push({});
    inbox.pop();
    drained(inbox);
    expect((inbox as unknown as { ring: unknown[] }).ring.every((place) => place === undefined)).toBe(true);
  });
});
