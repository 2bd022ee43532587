import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asyncScheduler, concat, filter, map, merge, mergeMap, NEVER, observeOn, tap, type Observable } from 'rxjs';
import { balance } from '../../lib/operators/balance.js';
import { boundary } from '../../lib/operators/boundary.js';
import { broadcast } from '../../lib/operators/broadcast.js';
import type { BroadcastFlowable } from '../../lib/operators/BroadcastFlowable.js';
import { mergeFlowables } from '../../lib/operators/mergeFlowables.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { HandGranted } from '../../lib/testing/HandGranted.js';
import { CommittingLog } from '../records/support/CommittingLog.js';
import { microtasks, Works } from './support/Works.js';
import { numbers } from './support/seen.js';

type Arm = (flow: Observable<number>) => Observable<number>;

/** What may stand in an arm of a diamond, and what comes of one record in it. */
const ARMS: Readonly<Record<string, { readonly arm: Arm; readonly of: (n: number) => number[] }>> = {
  nothing: { arm: (flow) => flow, of: (n) => [n] },
  map: { arm: map((n) => n), of: (n) => [n] },
  filter: { arm: filter((n) => n % 3 === 0), of: (n) => (n % 3 === 0 ? [n] : []) },
  expansion: { arm: mergeMap((n) => [n, n, n]), of: (n) => [n, n, n] },
  stage: { arm: stage((n: number) => n, { capacity: 1 }), of: (n) => [n] },
  promises: { arm: stage(async (n: number) => n, { capacity: 3, concurrency: 2 }), of: (n) => [n] },
  turns: { arm: boundary(observeOn(asyncScheduler), { inFlight: 2 }), of: (n) => [n] },
};

const diamonds = fc.record({
  length: fc.integer({ min: 0, max: 12 }),
  capacity: fc.integer({ min: 1, max: 4 }),
  below: fc.integer({ min: 1, max: 3 }),
  arms: fc.array(fc.constantFrom(...Object.keys(ARMS)), { minLength: 2, maxLength: 4 }),
  queues: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
  fair: fc.boolean(),
  works: fc.boolean(),
});

interface Diamond {
  readonly length: number;
  readonly capacity: number;
  readonly below: number;
  readonly arms: readonly string[];
  readonly queues: readonly number[];
  readonly fair: boolean;
  readonly works: boolean;
}

/** Branches of `flow`, each with an arm, that meet again in one stage; and what came out of each arm, in order. */
async function meet({ arms, queues, below, fair, works }: Diamond, flow: Observable<number>) {
  const seen: number[][] = arms.map(() => []);
  const branches = arms.map((name, index) => {
    const queue = queues[index] ?? 0;
    const hasQueue = queue > 0 && 'branch' in flow;
    const branch = hasQueue ? (flow as BroadcastFlowable<number>).branch({ capacity: queue }) : flow;
    return branch.pipe(
      (ARMS[name] as (typeof ARMS)[string]).arm,
      tap((n) => seen[index]?.push(n)),
    );
  });
  const last = works
    ? stage(async (n: number) => n, { capacity: below })
    : stage((n: number) => n, { capacity: below });
  const over = run((fair ? mergeFlowables(branches) : merge(...branches)).pipe(last));
  let timer;
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => {
      done('still waiting');
    }, 2000);
  });
  const report = await Promise.race([over, late]);
  clearTimeout(timer);
  return { report, seen };
}

describe('diamonds', () => {
  it('C18: a broadcast whose branches meet again cannot deadlock, at any capacity, and loses nothing', () =>
    fc.assert(
      fc.asyncProperty(diamonds, async (diamond) => {
        const { length, capacity, arms } = diamond;
        const flow = broadcast(fromPull(numbers(length)), { branches: arms.length, capacity });
        const { report, seen } = await meet(diamond, flow);
        expect(report).toMatchObject({ ended: 'completed', in: length, inFlight: 0, cancelled: 0 });
        expect(seen).toEqual(arms.map((name) => numbers(length).flatMap((n) => ARMS[name]?.of(n) ?? [])));
      }),
      { numRuns: 1500 },
    ));

  it('C18b: nor can a balance, and each record goes one way', () =>
    fc.assert(
      fc.asyncProperty(diamonds, async (diamond) => {
        const { length, capacity } = diamond;
        const arms = diamond.arms.filter((name) => name !== 'filter' && name !== 'expansion');
        fc.pre(arms.length > 0);
        const flow = balance(fromPull(numbers(length)), { branches: arms.length, capacity });
        const { report, seen } = await meet({ ...diamond, arms }, flow);
        expect(report).toMatchObject({ ended: 'completed', in: length, delivered: length, inFlight: 0 });
        expect(seen.flat().sort((one, other) => one - other)).toEqual(numbers(length));
        for (const some of seen) expect(some).toEqual([...some].sort((one, other) => one - other));
      }),
      { numRuns: 1500 },
    ));
});

type Step =
  | { readonly do: 'join'; readonly capacity: number }
  | { readonly do: 'finish'; readonly which: number; readonly count: number }
  | { readonly do: 'leave'; readonly which: number }
  | { readonly do: 'rest' };

const which = fc.nat(5);
const steps = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), capacity: fc.integer({ min: 1, max: 4 }) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('finish' as const),
        which,
        count: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), which }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('rest' as const) }) },
  ),
  { maxLength: 40 },
);

/** A branch that a property feeds by hand: what it began, what it finished, and what it was given in the end. */
class Worker {
  readonly works = new Works<number>();
  readonly done: number[] = [];
  readonly sink = new HandGranted<number>();
  gone = false;

  constructor(flow: Observable<number>, capacity: number) {
    this.sink.grantAll();
    this.sink.subscribeTo(flow.pipe(stage(this.works.start, { capacity, concurrency: 2 })));
  }

  async finish(count: number): Promise<void> {
    for (const n of this.works.begun.filter((begun) => !this.done.includes(begun)).slice(0, count)) {
      this.done.push(n);
      await this.works.finish(n, n);
    }
  }

  leave(): void {
    this.gone = true;
    this.sink.cancel();
  }
}

/** Plays the steps with workers on `flow`; a worker that leaves stays in the list, and is idle. */
async function play(flow: Observable<number>, script: readonly Step[]): Promise<Worker[]> {
  const workers = [new Worker(flow, 2)];
  for (const step of script) {
    const live = workers.filter(({ gone }) => !gone);
    const worker = 'which' in step ? live[step.which % Math.max(1, live.length)] : undefined;
    if (step.do === 'join') workers.push(new Worker(flow, step.capacity));
    else if (step.do === 'rest') await microtasks();
    else if (step.do === 'leave') {
      if (live.length > 1) worker?.leave();
    } else await worker?.finish('count' in step ? step.count : 0);
  }
  await microtasks();
  return workers;
}

async function finishAll(workers: readonly Worker[]): Promise<void> {
  for (let round = 0; round < 100; round++) {
    for (const worker of workers) if (!worker.gone) await worker.finish(9);
    await microtasks();
  }
}

const LENGTH = 30;

describe('branches that come and go at random', () => {
  it('C18b: a balance gives each record to one branch, and again only where it had not been begun', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (capacity, script) => {
        const log = new CommittingLog(LENGTH);
        const flow = balance(concat(log.source, NEVER), { branches: 1, capacity });
        const workers = await play(flow, script);
        await finishAll(workers);
        const begun = workers.flatMap(({ works }) => works.begun);
        expect(begun.slice().sort((one, other) => one - other)).toEqual(numbers(LENGTH));
        const abandoned = workers.flatMap(({ works, done }) => works.begun.filter((n) => !done.includes(n)));
        const finished = workers.flatMap(({ done }) => done);
        expect(log.told.slice().sort()).toEqual(
          [...abandoned.map((n) => `${String(n)} cancelled`), ...finished.map((n) => `${String(n)} delivered`)].sort(),
        );
      }),
      { numRuns: 150 },
    ));

  it('P5: a broadcast gives each branch all that comes while it is there, and settles each record once', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (capacity, script) => {
        const log = new CommittingLog(LENGTH);
        const flow = broadcast(concat(log.source, NEVER), { branches: 1, capacity });
        const workers = await play(flow, script);
        await finishAll(workers);
        for (const { gone, works } of workers) {
          const [first = 0] = works.begun;
          const last = gone ? first + works.begun.length : LENGTH;
          if (works.begun.length > 0) expect(works.begun).toEqual(numbers(last).slice(first));
        }
        const kept = new Set(workers.flatMap(({ done }) => done));
        expect(log.told.length).toBe(LENGTH);
        expect(new Set(log.told.map((line) => line.split(' ')[0])).size).toBe(LENGTH);
        for (const line of log.told) {
          const [n, outcome] = line.split(' ');
          expect(outcome).toBe(kept.has(Number(n)) ? 'delivered' : 'cancelled');
        }
      }),
      { numRuns: 150 },
    ));
});
