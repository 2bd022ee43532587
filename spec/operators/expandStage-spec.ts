import { describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, Observable, of, range, throwError, VirtualTimeScheduler, type ObservableInput } from 'rxjs';
import { expandStage, EXPAND_STAGE_OPTIONS, type ExpandStageOptions } from '../../lib/operators/expandStage.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { handGranted } from '../../lib/testing/HandGranted.js';
import { codeIn } from '../credit/support/errors.js';
import { turn } from '../credit/support/waiting.js';
import { everyOption } from '../options/everyOption.js';
import { numbers, see } from './support/seen.js';

describe('expandStage', () => {
  it.each<[string, (n: number) => ObservableInput<number>]>([
    ['an array', (n) => [n, n + 1]],
    [
      'a generator',
      function* (n) {
        yield n;
        yield n + 1;
      },
    ],
    [
      'an async generator',
      async function* (n) {
        yield n;
        yield n + 1;
      },
    ],
    ['a promise and nothing more', (n) => Promise.resolve(n)],
    ['a plain Observable', (n) => of(n, n + 1)],
    ['a flow', (n) => fromPull([n, n + 1])],
    ['a flow behind operators', (n) => fromPull([n, n + 1]).pipe(stage((m: number) => m))],
    [
      'a web stream',
      (n) =>
        new ReadableStream<number>({
          start: (c) => {
            c.enqueue(n);
            c.enqueue(n + 1);
            c.close();
          },
        }),
    ],
  ])('hands on all that a project returns: %s', async (title, project) => {
    const { seen } = see(fromPull([10, 20]).pipe(expandStage(project)));
    await turn(5);
    expect(seen).toEqual(title.startsWith('a promise') ? [10, 20, '|'] : [10, 11, 20, 21, '|']);
  });

  it('hands on the characters of a string, and nothing for an empty flow', () => {
    expect(see(fromPull(['ab', '', 'c']).pipe(expandStage((text: string) => text))).seen).toEqual(['a', 'b', 'c', '|']);
    expect(see(fromPull([1]).pipe(expandStage(() => EMPTY))).seen).toEqual(['|']);
  });

  it('tells the project how many records came before', () => {
    expect(see(fromPull(['a', 'b']).pipe(expandStage((text, index) => [text, index]))).seen).toEqual([
      'a',
      0,
      'b',
      1,
      '|',
    ]);
  });

  it('C1: pulls an endless flow only as much as the stage below grants', () => {
    let pulled = 0;
    const endless = function* () {
      for (;;) yield pulled++;
    };
    const sink = handGranted(fromPull([1, 2]).pipe(expandStage(endless)));
    expect(pulled).toBe(0);
    sink.grant(3);
    expect([pulled, sink.received]).toEqual([3, [0, 1, 2]]);
    sink.cancel();
  });

  it('C11: buffers a plain Observable up to its capacity, and past it fails with OVERFLOW', () => {
    const sink = (length: number) =>
      handGranted(fromPull([1]).pipe(expandStage(() => range(0, length), { capacity: 5 })));
    expect(sink(5).ending).toBeNull();
    expect(sink(6).ending).toMatchObject({ kind: 'error', error: { code: 'OVERFLOW' } });
  });

  it('C10: completes when the source and every flow have completed', () => {
    const sink = handGranted(fromPull([1, 2]).pipe(expandStage((n) => [n, n])));
    sink.grant(3);
    expect([sink.received, sink.ending]).toEqual([[1, 1, 2], null]);
    sink.grant(2);
    expect([sink.received, sink.ending]).toEqual([[1, 1, 2, 2], { kind: 'complete' }]);
  });

  it('C9: releases the open flows, the inbox and the source at once', () => {
    let released = 0;
    const source = handFed(numbers(9));
    const inner = () => new Observable<number>(() => () => released++);
    const { running } = see(source.pipe(expandStage(inner, { concurrency: 2 })));
    running.unsubscribe();
    expect({ released, subscribed: source.subscribed }).toEqual({ released: 2, subscribed: false });
  });

  it.each<[string, () => ObservableInput<number>]>([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['returns a flow that fails', () => throwError(() => new Error('no'))],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['returns nothing that can be subscribed', () => undefined as unknown as number[]],
  ])('a project that %s fails the stream, or makes a dead letter', async (_, project) => {
    const ended = (options: ExpandStageOptions) =>
      run(fromPull([1, 2]).pipe(expandStage(project, options))).then(
        ({ deadLettered, inFlight }) => ({ deadLettered, inFlight }),
        codeIn,
      );
    expect(await ended({})).toBe('STREAM_FAILED');
    expect(await ended({ onFailure: 'deadLetter' })).toEqual({ deadLettered: 2, inFlight: 0 });
  });

  it('P1: a record is settled when the last value of its flow is', async () => {
    const flow = fromPull([1, 2]).pipe(
      expandStage((n) => [n, n * 10]),
      stage(
        (n: number) => {
          if (n === 20) throw new Error('twenty');
          return n;
        },
        { onFailure: 'deadLetter' },
      ),
    );
    expect(String(await run(flow))).toBe('in 2 = delivered 1 + deadLettered 1 (FAILED 1) · peak live 1');
  });
});

everyOption('expandStage', EXPAND_STAGE_OPTIONS, {
  name: {
    does: 'the stage is called so in the report',
    test: async () => {
      const named = async (options: ExpandStageOptions) =>
        (await run(fromPull([1]).pipe(expandStage((n) => [n], options)))).stages[0]?.stage;
      expect([await named({}), await named({ name: 'rows' })]).toEqual(['expandStage', 'rows']);
    },
  },
  capacity: {
    does: 'so many records are taken in',
    test: () => {
      const taken = (options: ExpandStageOptions) => {
        const source = handFed(numbers(999));
        see(source.pipe(expandStage(() => NEVER, options)));
        return source.delivered;
      };
      expect([taken({}), taken({ capacity: 5 })]).toEqual([256, 5]);
    },
  },
  scheduler: {
    does: 'the time in dead letters comes from it',
    test: async () => {
      const scheduler = new VirtualTimeScheduler();
      scheduler.frame = 77;
      const at = async (options: ExpandStageOptions) => {
        const failing = () => throwError(() => 'no');
        const flow = fromPull([1]).pipe(expandStage(failing, { onFailure: 'deadLetter', ...options }));
        return (await run(flow)).deadLetters[0]?.lastAt;
      };
      expect(await at({})).toBeGreaterThan(1e12);
      expect(await at({ scheduler })).toBe(77);
    },
  },
  concurrency: {
    does: 'so many flows are open at the same time',
    test: () => {
      const opened = (options: ExpandStageOptions) => {
        let open = 0;
        see(
          fromPull(numbers(9)).pipe(
            expandStage(
              () =>
                new Observable<never>(() => {
                  open++;
                }),
              options,
            ),
          ),
        );
        return open;
      };
      expect([opened({}), opened({ concurrency: 3 })]).toEqual([1, 3]);
    },
  },
  onFailure: {
    does: 'a record whose flow fails is a dead letter',
    test: async () => {
      const ended = (options: ExpandStageOptions) =>
        run(fromPull([1]).pipe(expandStage(() => throwError(() => 'no'), options))).then(String, codeIn);
      expect(await ended({})).toBe('STREAM_FAILED');
      expect(await ended({ onFailure: 'deadLetter' })).toContain('deadLettered 1');
    },
  },
  onDeadLetter: {
    does: 'it is told of each dead letter, and then somebody keeps them',
    test: () => {
      const letters: unknown[] = [];
      const seen = (options: ExpandStageOptions) =>
        see(fromPull([1, 2]).pipe(expandStage(() => throwError(() => 'no'), { onFailure: 'deadLetter', ...options })))
          .seen;
      expect(seen({}).map((one) => codeIn((one as { error: unknown }).error))).toEqual(['NO_DEAD_LETTERS']);
      expect(seen({ onDeadLetter: ({ value }) => letters.push(value) })).toEqual(['|']);
      expect(letters).toEqual([1, 2]);
    },
  },
});
