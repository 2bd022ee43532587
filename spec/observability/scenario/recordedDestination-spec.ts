import { describe, expect, it } from '@jest/globals';
import type { Acknowledgment, Destination, WriteContext } from '../../../lib/index.js';
import { recordedDestination } from '../../../lib/observability/scenario/recordedDestination.js';

const requests = [
  { id: 1, value: 'a', attempt: 1 },
  { id: 2, value: 'b', attempt: 3 },
];

const ok = (id: number): Acknowledgment => ({ id, ok: true });
const no = (id: number): Acknowledgment => ({ id, ok: false, error: new Error('full') });

/** What is noted of two requests, and what the sink is told. */
const record = (write: Destination<string>['write']) => {
  const notes: string[] = [];
  const told: Acknowledgment[] = [];
  const abort = new AbortController();
  const context: WriteContext = {
    signal: abort.signal,
    acknowledge: (acknowledgment) => void told.push(acknowledgment),
  };
  const recorded = recordedDestination<string>({ name: 'table', write }, (kind, { value, attempt }, reason) => {
    notes.push([kind, value, attempt, (reason as Partial<Error> | undefined)?.message].filter(Boolean).join(' '));
  });
  return { notes, told, abort, write: () => recorded.write(requests, context) };
};

const SENT = ['next a 1', 'next b 3'];

describe('recordedDestination', () => {
  it('tells of acknowledgments that are returned', () => {
    const { notes, write } = record(() => [ok(1), no(2)]);
    expect(write()).toEqual([ok(1), no(2)]);
    expect(notes).toEqual([...SENT, 'ack a 1', 'nack b 3 full']);
  });

  it('tells of those that are returned later, before the sink hears of them', async () => {
    const { notes, write } = record(async () => [no(1), ok(2)]);
    const answer = write();
    expect(notes).toEqual(SENT);
    expect(await answer).toEqual([no(1), ok(2)]);
    expect(notes).toEqual([...SENT, 'nack a 1 full', 'ack b 3']);
  });

  it('tells of those that are called, once each, and passes all of them on', () => {
    const { notes, told, write } = record((_, { acknowledge }) => {
      for (const acknowledgment of [ok(2), ok(2), ok(7)]) acknowledge(acknowledgment);
    });
    expect(write()).toBeUndefined();
    expect(notes).toEqual([...SENT, 'ack b 3']);
    expect(told).toEqual([ok(2), ok(2), ok(7)]);
  });

  it('takes a write that throws or rejects as a refusal of what it has not answered', async () => {
    const thrown = record((_, { acknowledge }) => {
      acknowledge(ok(1));
      throw new Error('gone');
    });
    expect(thrown.write).toThrow('gone');
    expect(thrown.notes).toEqual([...SENT, 'ack a 1', 'nack b 3 gone']);
    const rejected = record(() => Promise.reject(new Error('lost')));
    await expect(rejected.write()).rejects.toThrow('lost');
    expect(rejected.notes).toEqual([...SENT, 'nack a 1 lost', 'nack b 3 lost']);
  });

  it('takes what is overdue as refused, and does not hear what comes later', () => {
    let late: WriteContext['acknowledge'] | null = null;
    const { notes, abort, write } = record((_, { acknowledge }) => void (late = acknowledge));
    void write();
    abort.abort(new Error('overdue'));
    late!(ok(1));
    expect(notes).toEqual([...SENT, 'nack a 1 overdue', 'nack b 3 overdue']);
  });

  it('opens and closes what it stands for', () => {
    const calls: unknown[] = [];
    const destination: Destination<string> = {
      name: 'table',
      open: (context) => void calls.push(context),
      write: () => [],
      close: (ending) => void calls.push(ending),
    };
    const recorded = recordedDestination(destination, () => undefined);
    const context = { signal: new AbortController().signal, fail: () => undefined };
    void recorded.open?.(context);
    void recorded.close?.({ completed: true });
    expect([recorded.name, calls]).toEqual(['table', [context, { completed: true }]]);
  });
});
