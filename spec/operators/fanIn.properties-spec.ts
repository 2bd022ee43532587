import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { filter, map, take, type MonoTypeOperatorFunction, type Observable } from 'rxjs';
import { concatFlowables } from '../../lib/operators/concatFlowables.js';
import { mergeFlowables } from '../../lib/operators/mergeFlowables.js';
import { partitionBy } from '../../lib/operators/partitionBy.js';
import { stage } from '../../lib/operators/stage.js';
import { zipFlowables } from '../../lib/operators/zipFlowables.js';
import { run, RunError, type RunReport } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { STILL_WAITING } from '../credit/support/waiting.js';
import { chooseSeed } from '../properties/seeds.js';
import { numbers } from './support/seen.js';

const RUNS = 150;

/** A record says where it comes from and which one it is there. */
type Item = readonly [source: number, index: number];

/** How long what takes so many microtasks takes. */
const after = async <T>(turns: number, value: T): Promise<T> => {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
  return value;
};

const input = fc.record({
  length: fc.nat({ max: 12 }),
  /** How the records are had: from an array, from an asynchronous generator, or through a stage with promises. */
  kind: fc.constantFrom('array', 'generator', 'stage', 'odd ones dropped'),
  turns: fc.nat({ max: 4 }),
});
const plan = fc.record({
  inputs: fc.array(input, { maxLength: 5 }),
  capacity: fc.integer({ min: 1, max: 3 }),
  below: fc.constantFrom('nothing', 'values', 'promises'),
  /** The record at which the stage below fails, if any, and how. */
  failsAt: fc.option(fc.nat({ max: 30 })),
  onFailure: fc.constantFrom('error' as const, 'deadLetter' as const),
  leavesAfter: fc.option(fc.integer({ min: 1, max: 20 })),
});
type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never;

function flowOf({ length, kind, turns }: Plan['inputs'][number], source: number): Observable<Item> {
  const items = numbers(length).map((index): Item => [source, index]);
  switch (kind) {
    case 'array':
      return fromPull(items);
    case 'odd ones dropped':
      return fromPull(items).pipe(filter(([, index]) => index % 2 === 0));
    case 'generator':
      return fromPull(async function* () {
        for (const item of items) yield await after(turns, item);
      });
    default:
      return fromPull(items).pipe(stage((item: Item) => after(turns, item), { capacity: 2, concurrency: 2 }));
  }
}

/** What gets through the flow, as the source has it. */
const givenBy = ({ length, kind }: Plan['inputs'][number], source: number): Item[] =>
  numbers(length)
    .filter((index) => kind !== 'odd ones dropped' || index % 2 === 0)
    .map((index): Item => [source, index]);

/** On a busy machine, too. */
const SOON_MS = 5000;

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | typeof STILL_WAITING> {
  let timer;
  const late = new Promise<typeof STILL_WAITING>((resolve) => {
    timer = setTimeout(resolve, milliseconds, STILL_WAITING);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface Played<T> {
  readonly seen: readonly T[];
  readonly report: RunReport;
  readonly failed: boolean;
}

/** Runs the flow with what the plan has below it, and sees that the books balance. */
async function play<T>(flow: Observable<T>, { below, failsAt, onFailure, leavesAfter }: Plan): Promise<Played<T>> {
  const seen: T[] = [];
  let count = 0;
  const work = (value: T): T | Promise<T> => {
    if (count++ === failsAt) throw new Error('fails');
    return below === 'promises' ? after(2, value) : value;
  };
  const staged: Observable<T> =
    below === 'nothing' ? flow : flow.pipe(stage(work, { capacity: 2, onFailure }) as MonoTypeOperatorFunction<T>);
  const watched = staged.pipe(
    map((value) => {
      seen.push(value);
      return value;
    }),
  );
  const running = run(leavesAfter === null ? watched : watched.pipe(take(leavesAfter))).then(
    (report) => ({ report, failed: false }),
    (error: unknown) => {
      if (!(error instanceof RunError)) throw error;
      return { report: error.report, failed: true };
    },
  );
  const ended = await within(SOON_MS, running);
  if (ended === STILL_WAITING) throw new Error('it stands still');
  const { report, failed } = ended;
  const { delivered, filtered, rejected, deadLettered, cancelled } = report;
  expect(report.in).toBe(delivered + filtered + rejected + deadLettered + cancelled);
  for (const { arrived, passedOn, settledHere, held } of report.stages) {
    expect(arrived).toBe(passedOn + settledHere + held);
  }
  return { seen, report, failed };
}

const isWhole = ({ failsAt, leavesAfter, below }: Plan): boolean =>
  leavesAfter === null && (below === 'nothing' || failsAt === null);

const ofSource = (seen: readonly Item[], source: number): number[] =>
  seen.filter(([from]) => from === source).map(([, index]) => index);

const rising = (indices: readonly number[]): boolean =>
  indices.every((index, at) => at === 0 || index > (indices[at - 1] as number));

const check = (property: (plan: Plan) => Promise<void>) =>
  fc.assert(fc.asyncProperty(plan, property), { numRuns: RUNS, seed: chooseSeed() });

describe('random flows, with random failures, departures and capacities from 1 on', () => {
  it('mergeFlowables loses and doubles nothing, and each flow keeps its order', async () => {
    await check(async (drawn) => {
      const flow = mergeFlowables(drawn.inputs.map(flowOf), { capacity: drawn.capacity });
      const { seen } = await play(flow, drawn);
      for (const source of drawn.inputs.keys()) expect(rising(ofSource(seen, source))).toBe(true);
      if (isWhole(drawn)) expect([...seen].sort()).toEqual(drawn.inputs.flatMap(givenBy).sort());
    });
  }, 60_000);

  it('concatFlowables gives exactly what its flows give, in their order', async () => {
    await check(async (drawn) => {
      const { seen } = await play(concatFlowables(drawn.inputs.map(flowOf)), drawn);
      const all = drawn.inputs.flatMap(givenBy);
      if (isWhole(drawn)) expect(seen).toEqual(all);
      else if (drawn.failsAt === null || drawn.onFailure === 'error') expect(seen).toEqual(all.slice(0, seen.length));
    });
  }, 60_000);

  it('zipFlowables gives the tuples that zip gives', async () => {
    await check(async (drawn) => {
      const { seen } = await play(zipFlowables(drawn.inputs.map(flowOf), { capacity: drawn.capacity }), drawn);
      const given = drawn.inputs.map(givenBy);
      const length = given.length === 0 ? 0 : Math.min(...given.map((items) => items.length));
      const tuples = numbers(length).map((at) => given.map((items) => items[at]));
      if (isWhole(drawn)) expect(seen).toEqual(tuples);
      else if (drawn.failsAt === null || drawn.onFailure === 'error') {
        expect(seen).toEqual(tuples.slice(0, seen.length));
      }
    });
  }, 60_000);

  it('partitionBy loses and doubles nothing, and each key keeps its order, whatever the lanes do', async () => {
    await check(async (drawn) => {
      const kinds = drawn.inputs.map(({ kind }) => kind);
      const flow = mergeFlowables(drawn.inputs.map(flowOf), { capacity: drawn.capacity }).pipe(
        partitionBy(
          { lanes: drawn.capacity + 1, laneCapacity: drawn.capacity, keySelector: ([source]: Item) => source },
          (lane, index) => {
            const kind = kinds[index];
            if (kind === 'array' || kind === undefined) return lane;
            return lane.pipe(stage((item: Item) => after(index, item), { capacity: index + 1, concurrency: 2 }));
          },
        ),
      );
      const { seen } = await play(flow, drawn);
      for (const source of drawn.inputs.keys()) expect(rising(ofSource(seen, source))).toBe(true);
      if (isWhole(drawn)) expect([...seen].sort()).toEqual(drawn.inputs.flatMap(givenBy).sort());
    });
  }, 60_000);

  it('in a row and inside each other they lose nothing either', async () => {
    await check(async (drawn) => {
      const { capacity } = drawn;
      const flows = drawn.inputs.map(flowOf);
      const half = Math.floor(flows.length / 2);
      const flow = mergeFlowables(
        [
          concatFlowables(flows.slice(0, half)),
          mergeFlowables(flows.slice(half), { capacity }).pipe(
            partitionBy({ lanes: 2, laneCapacity: capacity, keySelector: ([source]: Item) => source }, (lane) => lane),
          ),
        ],
        { capacity },
      ).pipe(
        partitionBy({ lanes: 3, laneCapacity: 1, keySelector: ([source]: Item) => source }, (lane) =>
          mergeFlowables([lane], { capacity }),
        ),
      );
      const { seen } = await play(flow, drawn);
      for (const source of drawn.inputs.keys()) expect(rising(ofSource(seen, source))).toBe(true);
      if (isWhole(drawn)) expect([...seen].sort()).toEqual(drawn.inputs.flatMap(givenBy).sort());
    });
  }, 60_000);
});
