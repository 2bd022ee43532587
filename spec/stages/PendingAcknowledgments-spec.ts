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
