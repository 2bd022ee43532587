import { describe, expect, it } from '@jest/globals';
import { EMPTY, filter, merge, retry, Subject, VirtualTimeScheduler } from 'rxjs';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { control } from '../../lib/operators/control.js';
import { stage } from '../../lib/operators/stage.js';
import { withRecord } from '../../lib/operators/withRecord.js';
import { run } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { keyGen } from '../../lib/stages/keyGen.js';
import { numbers, see } from '../operators/support/seen.js';
import { Works } from '../operators/support/Works.js';

const made = () => new PipelineBackPressureController({ scheduler: new VirtualTimeScheduler() });
const NOTHING = { in: 0, inFlight: 0, delivered: 0, filtered: 0, rejected: 0, deadLettered: 0, cancelled: 0 };

/** What the ledger does not account for. */
function unbalanced(controller: PipelineBackPressureController): number {
  const sum = controller.ledger();
  const { delivered, filtered, rejected, deadLettered, cancelled, inFlight } = sum;
  return sum.in - delivered - filtered - rejected - deadLettered - cancelled - inFlight;
}

/** A stage that drops, fails or passes on by the record's number, and keeps what it has begun until it is told. */
function mixed() {
  const works = new Works<number>();
  const save = stage(works.start, {
    name: 'save',
    concurrency: 4,
    capacity: 8,
    onFailure: 'deadLetter',
    order: 'none',
  });
  return { works, save };
}

describe('the ledger of a controller', () => {
  it('is empty at first', () => {
    expect(made().ledger()).toMatchObject(NOTHING);
  });

  it('balances at every instant, whatever happens, without a run', async () => {
    const controller = made();
    const { works, save } = mixed();
    const gaps: number[] = [];
    const look = () => void gaps.push(unbalanced(controller));
    const source = fromPull(
      (function* () {
        for (const n of numbers(40)) {
          look();
          yield n;
        }
      })(),
    );
    const flow = source.pipe(
      filter((n) => n % 5 !== 0),
      save,
      control(controller),
    );
    const running = flow.subscribe(look);
    for (let n = 0; n < 20; n++) {
      const [next] = works.begun.splice(0, 1);
      if (next === undefined) break;
      await (n % 3 === 0 ? works.fail(next, new Error('no')) : works.finish(next, next));
      look();
    }
    const before = controller.ledger();
    expect(before.inFlight).toBe(8);
    running.unsubscribe();
    look();
    expect(gaps.length).toBeGreaterThan(60);
    expect(new Set(gaps)).toEqual(new Set([0]));
    const after = controller.ledger();
    expect(after).toEqual({
      ...before,
      inFlight: 0,
      cancelled: 8,
      codes: { ...before.codes, cancelled: { UNSUBSCRIBED: 8 } },
    });
    expect(after).toMatchObject({ delivered: 13, deadLettered: 7, filtered: 7, in: 35 });
    expect(after.codes.deadLettered).toEqual({ FAILED: 7 });
  });

  it('sums up many pipelines, those that are over included, and does not grow with them', () => {
    const controller = made();
    for (let n = 0; n < 1000; n++)
      see(
        fromPull([1, 2, 3]).pipe(
          stage((x: number) => x),
          control(controller),
        ),
      );
    const { running } = see(
      new Subject<number>().pipe(
        stage((x: number) => x),
        control(controller),
      ),
    );
    expect(controller.ledger()).toMatchObject({ ...NOTHING, in: 3000, delivered: 3000 });
    expect((controller as unknown as { books: { open: Map<unknown, unknown> } }).books.open.size).toBe(1);
    running.unsubscribe();
  });

  it('agrees with the report of a run, whose books it reads', async () => {
    const controller = made();
    const fails = stage(
      (n: number) => {
        if (n === 3) throw new Error('no');
        return n;
      },
      { onFailure: 'deadLetter' },
    );
    const report = await run(fromPull(numbers(10)).pipe(fails, control(controller)));
    const { in: entered, delivered, deadLettered, codes, inFlight } = report;
    expect(controller.ledger()).toMatchObject({ in: entered, delivered, deadLettered, codes, inFlight });
    expect([entered, delivered, deadLettered]).toEqual([10, 9, 1]);
  });

  it('counts a run of several pipelines once', async () => {
    const controller = made();
    const one = () =>
      fromPull([1, 2]).pipe(
        stage((n: number) => n),
        control(controller),
      );
    await run(merge(one(), one()));
    expect(controller.ledger()).toMatchObject({ ...NOTHING, in: 4, delivered: 4 });
  });

  it('goes on where it was left when a pipeline inside one run is subscribed again', async () => {
    const controller = made();
    let left = 3;
    const flow = fromPull(() => [1, 2]).pipe(
      stage((n: number) => {
        if (n === 2 && --left > 0) throw new Error('again');
        return n;
      }),
      control(controller),
      retry(5),
    );
    const report = await run(flow);
    const sum = controller.ledger();
    expect(unbalanced(controller)).toBe(0);
    expect([sum.in, sum.delivered, sum.cancelled]).toEqual([report.in, report.delivered, report.cancelled]);
    expect(sum.in).toBe(6);
  });

  it('a second run under the same controller is added', async () => {
    const controller = made();
    for (let n = 0; n < 3; n++)
      await run(
        fromPull([1]).pipe(
          stage((x: number) => x),
          control(controller),
        ),
      );
    expect(controller.ledger()).toMatchObject({ ...NOTHING, in: 3, delivered: 3 });
  });

  it('leaves the contexts to whoever asks for them below, with their keys', () => {
    const controller = made();
    const keys = keyGen<number>({ keySelector: (n) => `k${n}` });
    const shown = fromPull([1, 2]).pipe(keys, control(controller), withRecord());
    const { seen } = see(shown);
    expect(seen.slice(0, 2).map((each) => (each as { record: { key: unknown } }).record.key)).toEqual(['k1', 'k2']);
    expect(controller.ledger()).toMatchObject({ ...NOTHING, in: 2, delivered: 2 });
  });

  it('a pipeline that fails at once leaves nothing open', () => {
    const controller = made();
    see(
      EMPTY.pipe(
        stage((n: number) => n),
        control(controller),
      ),
    );
    expect((controller as unknown as { books: { open: Map<unknown, unknown> } }).books.open.size).toBe(0);
  });

  it('redrives into a pipeline that is simply subscribed: its books know the sources', async () => {
    const controller = made();
    let up = false;
    const gate = new Subject<void>();
    const flow = fromPull(async function* () {
      yield 1;
      await new Promise<void>((resolve) => void gate.subscribe(resolve));
    }).pipe(
      stage(
        (n: number) => {
          if (!up) throw new Error('down');
          return n;
        },
        { onFailure: 'deadLetter' },
      ),
      control(controller),
    );
    const { seen } = see(flow);
    for (let n = 0; n < 20; n++) await Promise.resolve();
    up = true;
    expect(await controller.deadLetters.redrive()).toBe(1);
    expect(seen).toEqual([1]);
    gate.next();
  });
});
