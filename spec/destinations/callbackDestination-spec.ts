import { describe, expect, it } from '@jest/globals';
import { callbackDestination, CALLBACK_DESTINATION_OPTIONS } from '../../lib/destinations/callbackDestination.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { finalSink } from '../../lib/stages/finalSink.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';

describe('callbackDestination', () => {
  it('calls once for each record, and acknowledges what returns, or resolves', async () => {
    const seen: number[] = [];
    const destination = callbackDestination((n: number) => {
      seen.push(n);
      return n % 2 === 0 ? Promise.resolve() : undefined;
    });
    const report = await run(fromPull([1, 2, 3]).pipe(finalSink({ destination, batch: { maxSize: 2 } })));
    expect([seen, report.delivered]).toEqual([[1, 2, 3], 3]);
  });

  it('refuses the one record whose call throws or rejects', async () => {
    const destination = callbackDestination((n: number) => {
      if (n === 1) throw new Error('sync');
      return n === 2 ? Promise.reject(new Error('async')) : 'anything';
    });
    const report = await run(fromPull([1, 2, 3]).pipe(finalSink({ destination, batch: { maxSize: 3 } })));
    expect(report.deadLetters.map(({ value, errors }) => [value, messageIn((errors[0] as Error).cause)])).toEqual([
      [1, 'sync'],
      [2, 'async'],
    ]);
  });

  it('does not call for the rest of a batch once the stream has ended', async () => {
    const seen: number[] = [];
    const destination = callbackDestination((n: number) => {
      seen.push(n);
      throw new Error('no');
    });
    const onDeadLetter = () => {
      throw new Error('stop');
    };
    await run(fromPull([1, 2, 3]).pipe(finalSink({ destination, batch: { maxSize: 3 }, onDeadLetter }))).catch(() => 0);
    expect(seen).toEqual([1]);
  });

  const tests: Readonly<Record<string, () => void | Promise<void>>> = {
    batch: async () => {
      const seen: unknown[] = [];
      const write = (values: unknown) => seen.push(values);
      const sink = (destination: ReturnType<typeof callbackDestination<number>>) =>
        finalSink({ destination, batch: { maxSize: 2 } });
      await run(fromPull([1, 2]).pipe(sink(callbackDestination(write))));
      await run(fromPull([3, 4]).pipe(sink(callbackDestination(write, { batch: true }))));
      expect(seen).toEqual([1, 2, [3, 4]]);
    },
    name: () => {
      expect(callbackDestination(() => 0).name).toBe('callback');
      expect(callbackDestination(() => 0, { name: 'log' }).name).toBe('log');
    },
  };
  it('has a test for every option', () => expect(Object.keys(tests)).toEqual(CALLBACK_DESTINATION_OPTIONS));
  for (const [key, test] of Object.entries(tests)) it(`option ${key}`, test);

  it('refuses the whole batch where a call for a batch fails', async () => {
    const destination = callbackDestination<number>(() => Promise.reject(new Error('no')), { batch: true });
    const report = await run(fromPull([1, 2]).pipe(finalSink({ destination, batch: { maxSize: 2 } })));
    expect(report.deadLettered).toBe(2);
  });

  it('is refused when it is made, where it makes no sense', () => {
    for (const make of [
      () => callbackDestination('log' as never),
      () => callbackDestination(() => 0, { batch: 1 as never }),
      () => callbackDestination(() => 0, { name: '' }),
      () => callbackDestination(() => 0, { size: 3 } as never),
    ]) {
      expect(codeIn(thrownBy(make))).toBe('OPTION');
    }
  });
});
