import { describe, expect, it } from '@jest/globals';
import { Passage } from '../../lib/stages/Passage.js';
import { PendingAcknowledgments } from '../../lib/stages/PendingAcknowledgments.js';

describe('the attempts that wait for an acknowledgment', () => {
  const waiting = (count: number, remembered = 10) => {
    const pending = new PendingAcknowledgments<number>(remembered);
    const passages = Array.from({ length: count }, (_, n) => new Passage(n, null));
    for (const passage of passages) pending.add(passage);
    return { pending, passages };
  };

  it('have ids in the order of sending, and the oldest is the first', () => {
    const { pending, passages } = waiting(3);
    expect(passages.map(({ id, attempts }) => [id, attempts])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(pending.take(1)?.value).toBe(0);
    expect(pending.oldest?.value).toBe(1);
    pending.add(passages[0] as Passage<number>);
    expect([passages[0]?.id, passages[0]?.attempts, pending.oldest?.value]).toEqual([4, 2, 1]);
  });

  it('are taken once', () => {
    const { pending } = waiting(1);
    expect([pending.take(1)?.value, pending.take(1), pending.size]).toEqual([0, undefined, 0]);
  });

  it('are found and stay in order however long the oldest ones wait', () => {
    const { pending, passages } = waiting(2);
    const kept = passages.map(({ value }) => value);
    for (let n = 2; n < 2000; n++) {
      const passage = new Passage(n, null);
      pending.add(passage);
      if (n % 300 === 0) kept.push(n);
      else expect(pending.take(passage.id)).toBe(passage);
    }
    expect([...pending.all()].map(({ value }) => value)).toEqual(kept);
    expect(pending.size).toBe(kept.length);
    for (const value of kept) {
      const { oldest } = pending;
      expect(oldest?.value).toBe(value);
      expect(pending.take(oldest?.id)).toBe(oldest);
    }
    expect([pending.size, pending.oldest, pending.take(1)]).toEqual([0, undefined, undefined]);
  });

  it('are found by their number alone', () => {
    const { pending } = waiting(3);
    expect([0, -1, 1.5, NaN, 257, '1', null, undefined].map((id) => pending.take(id))).toEqual(
      new Array(8).fill(undefined),
    );
    expect(pending.size).toBe(3);
  });

  it('are remembered when they time out, the latest of them, and found once', () => {
    const { pending, passages } = waiting(5, 2);
    for (const passage of passages) pending.expire(passage);
    expect([1, 3, 4, 5, 5].map((id) => pending.takeOverdue(id)?.value)).toEqual([
      undefined,
      undefined,
      3,
      4,
      undefined,
    ]);
    expect([0, 1, 5, 6, 1.5, '1', null].map((id) => pending.knows(id))).toEqual([
      ...[false, true, true],
      ...[false, false, false, false],
    ]);
  });
});
