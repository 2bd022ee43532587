import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromPull } from '../../lib/sources/fromPull.js';
import { collectUnhandled } from '../credit/support/unhandled.js';
import { turn } from '../credit/support/waiting.js';
import { numbers } from '../operators/support/seen.js';
import { chooseSeed, printLine } from '../properties/seeds.js';
import { aheadIn, cross, crossings, dropsOnFailure, pause, readerOf, WatchedRows, type Crossing } from './bridges.js';

const unhandled = collectUnhandled();

async function* withPauses(rows: WatchedRows, pauses: NonNullable<Crossing['sourcePauses']>) {
  let n = 0;
  for (const row of rows) {
    await pause(pauses[n++ % pauses.length]);
    yield row;
  }
}

/** Goes over, and says what is wrong; null where nothing is. */
async function wrongIn(crossing: Crossing): Promise<string | null> {
  const { length, bridges, sourcePauses, readerPauses, cancelAfter, fails, highWaterMark } = crossing;
  const failure = fails ? new Error('the source fails') : null;
  const rows = new WatchedRows(length, failure);
  const source = fromPull<number>(() => (sourcePauses === null ? rows : withPauses(rows, sourcePauses)));
  const received: number[] = [];
  // A record in the hand of the reader, and one that the source hands over.
  const ahead = bridges.reduce((sum, bridge) => sum + aheadIn(bridge), highWaterMark + 2);
  let mostAhead = 0;
  const enough = () => cancelAfter !== null && received.length >= cancelAfter;
  const reading = readerOf(
    bridges.reduce(cross, source),
    crossing,
  )(async (value) => {
    received.push(value);
    await pause(readerPauses[received.length % readerPauses.length]);
    mostAhead = Math.max(mostAhead, rows.taken - received.length);
    return enough();
  });
  const ending = await new Promise((settle) => {
    const late = setTimeout(settle, 3000, 'nothing: it stands still');
    void reading
      .then(
        () => 'end',
        (error: unknown) => error,
      )
      .then((how) => {
        clearTimeout(late);
        settle(how);
      });
  });
  const cancelled = enough() && received.length > 0;
  const exhausted = rows.taken === length;
  for (let n = 0; n < 50 && cancelled && !exhausted && rows.returned === 0; n++) await turn();
  const { taken } = rows;
  await turn(2);

  const lost = !received.every((value, index) => value === index);
  if (lost) return `received ${received.join()}`;
  if (mostAhead > ahead) return `${mostAhead} ahead of the reader, of ${ahead} that may be`;
  if (rows.returned > 1) return `the source was given back ${rows.returned} times`;
  if (rows.taken !== taken) return 'the source was asked after the cancellation';
  if (cancelled) {
    if (!exhausted && rows.returned !== 1) return 'the source was not given back';
    return null;
  }
  if (ending !== (failure ?? 'end')) return `it ended with ${String(ending)}`;
  if (failure !== null && bridges.some(dropsOnFailure)) return null;
  return received.length === length ? null : `received ${received.length} of ${length}`;
}

test('C1 C9 C10: streams lose, double and reorder nothing, run ahead no further than they say, cancel once', async () => {
  const seed = chooseSeed();
  const runs = 400;
  printLine(`bridges: ${runs} crossings, SLUICE_SEED=${seed}`);
  await fc.assert(
    fc.asyncProperty(crossings, async (crossing) => {
      expect(await wrongIn(crossing)).toBeNull();
    }),
    { seed, numRuns: runs },
  );
  expect(unhandled).toEqual([]);
}, 60_000);

test('C1: with highWaterMark 0 everywhere a record is taken for each that is wanted', async () => {
  const crossing: Crossing = {
    ...{ length: 20, highWaterMark: 0, sourcePauses: null, readerPauses: [3], cancelAfter: null, fails: false },
    ...{ bridges: numbers(3).map(() => ({ kind: 'web' as const, highWaterMark: 0 })), reader: 'web' },
  };
  const rows = new WatchedRows(20, null);
  const flow = crossing.bridges.reduce(
    cross,
    fromPull(() => rows),
  );
  let received = 0;
  const ahead: number[] = [];
  await readerOf(
    flow,
    crossing,
  )(async () => {
    received++;
    await turn(2);
    ahead.push(rows.taken - received);
    return false;
  });
  expect(ahead).toEqual(numbers(20).map(() => 0));
});
