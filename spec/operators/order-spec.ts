import { describe, expect, it } from '@jest/globals';
import { control } from '../../lib/operators/control.js';
import { identityOf } from '../../lib/operators/order.js';
import { stage, type StageProjectOptions } from '../../lib/operators/stage.js';
import type { StageInfo } from '../../lib/operators/StageInfo.js';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { gateway } from '../../lib/stages/gateway.js';
import { keyGen } from '../../lib/stages/keyGen.js';
import { numbers, see } from './support/seen.js';
import { Works } from './support/Works.js';

interface Row {
  readonly key: string;
  readonly n: number;
}

const rows = (length: number, keys: number): Row[] => numbers(length).map((n) => ({ key: `k${String(n % keys)}`, n }));
const keyed = (numberOfPartitions: number) =>
  keyGen<Row>({
    keySelector: ({ key }) => key,
    numberOfPartitions,
    enableLoadAwareness: false,
    onDeadLetter: () => undefined,
  });

/** Works on rows in turns of their own length, and sees to it that no two of one lane are in work together. */
async function lanesOf(order: 'perKey' | 'perPartition', partitions: number) {
  const busy = new Set<unknown>();
  const done = new Map<unknown, number[]>();
  let overlaps = 0;
  let peak = 0;
  const work = async (row: Row, { record }: StageInfo) => {
    const lane = order === 'perKey' ? record.key : record.partition;
    if (busy.has(lane)) overlaps++;
    busy.add(lane);
    peak = Math.max(peak, busy.size);
    for (let turn = 0; turn < (row.n * 7) % 5; turn++) await Promise.resolve();
    busy.delete(lane);
    done.set(lane, [...(done.get(lane) ?? []), row.n]);
    return row;
  };
  const report = await run(fromPull(rows(300, 12)).pipe(keyed(partitions), stage(work, { order, concurrency: 8 })));
  const inOrder = [...done.values()].every((all) => all.every((n, at) => at === 0 || n > (all[at - 1] ?? -1)));
  return { delivered: report.delivered, lanes: done.size, overlaps, peak, inOrder };
}

describe('order by what keyGen has given', () => {
  it("'perKey': one record of a key at a time, in order, and several keys together", async () => {
    expect(await lanesOf('perKey', 3)).toEqual({ delivered: 300, lanes: 12, overlaps: 0, peak: 8, inOrder: true });
  });

  it("'perPartition': one record of a partition at a time, in order, and the partitions together", async () => {
    expect(await lanesOf('perPartition', 3)).toEqual({ delivered: 300, lanes: 3, overlaps: 0, peak: 3, inOrder: true });
  });

  it('holds without a ledger, through an operator and a stage between, and under a controller', () => {
    for (const end of [control<Row>(new PipelineBackPressureController()), gateway<Row>()]) {
      const works = new Works<Row>();
      const { running } = see(
        fromPull(rows(6, 2)).pipe(
          keyed(4),
          stage((row: Row) => row),
          stage(works.start, { order: 'perKey', concurrency: 9 }),
          end,
        ),
      );
      expect(works.begun.map(({ n }) => n)).toEqual([0, 1]);
      running.unsubscribe();
    }
  });

  it.each([
    ['perKey', 'key'],
    ['perPartition', 'partition'],
  ] as const)('%s without keyGen fails the stream and names the remedy', (order, missing) => {
    const { seen } = see(fromPull([1, 2]).pipe(stage((n: number) => n, { name: 'save', order })));
    const message =
      `stage 'save': order is '${order}' and the record has no ${missing}; ` +
      `put keyGen above this stage, or give order { perKey: (value) => key }`;
    expect(seen).toMatchObject([{ error: { code: 'KEY', message } }]);
  });

  it('is a dead letter with the code KEY where failures are', async () => {
    const options: StageProjectOptions<number> = { order: 'perKey', onFailure: 'deadLetter' };
    const report = await run(fromPull([1, 2]).pipe(stage((n: number) => n, options)));
    expect(String(report)).toMatch(/deadLettered 2 \(KEY 2\)/);
  });
});

describe('what makes two keys one', () => {
  it('byte arrays of the same content are one key, and no text is the same', () => {
    expect(identityOf(Uint8Array.of(1, 2))).toBe(identityOf(Uint8Array.of(1, 2)));
    expect(identityOf(Uint8Array.of(1, 2))).not.toBe(identityOf(Uint8Array.of(12)));
    for (const text of ['1 2', 'bytes 1 2']) expect(identityOf(Uint8Array.of(1, 2))).not.toBe(identityOf(text));
  });
});
