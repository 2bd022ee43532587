import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { callbackDestination, PipelineBackPressureController, run } from 'sluice';
import { Gauges } from '../../../examples/birdstrikes/Gauges.js';
import { Journal } from '../../../examples/birdstrikes/Journal.js';
import { BOUND, CAPACITY, strikes } from '../../../examples/birdstrikes/pipeline.js';
import type { AssessedStrike, Row, Strike } from '../../../examples/birdstrikes/records.js';
import { Redrive } from '../../../examples/birdstrikes/Redrive.js';
import { hintLines, letterLines, redriveLine, stageLines } from '../../../examples/birdstrikes/summary.js';
import { records } from '../expectedStrikes.js';

interface Info {
  readonly attempt: number;
  readonly record: { readonly redrives: number };
}

/** The pipeline of the example over its first rows, with a service and a destination of the test's own. */
async function trial(
  rows: number,
  fails: (line: number, info: Info) => boolean,
  { redriven = false, latencyMs = 0, hangs = (_: Info): boolean => false, signal = new AbortController().signal } = {},
) {
  const journal = new Journal();
  const controller = new PipelineBackPressureController({ monitoringIntervalMs: 5 });
  const gauges = new Gauges(controller, CAPACITY);
  const redrive = new Redrive(controller.deadLetters, journal);
  controller.deadLetters.records$.subscribe(journal.wasDeadLettered);
  const written: AssessedStrike[] = [];
  async function* read(): AsyncGenerator<Row> {
    for (let line = 2; line < rows + 2; line++)
      yield { record: records[line - 2] ?? {}, info: { lines: line, bytes: 0 } };
  }
  const service = {
    async assess(strike: Strike, info: Info): Promise<AssessedStrike> {
      if (hangs(info)) return new Promise(() => {});
      if (latencyMs > 0) await sleep(latencyMs);
      if (fails(strike.line, info)) throw new Error('the service is away');
      return { ...strike, impact_kilojoules: 1 };
    },
  };
  const flow = strikes({
    rows: (ended) => (redriven ? redrive.after(read(), ended) : read()),
    service,
    destination: callbackDestination((strike: AssessedStrike) => void written.push(strike)),
    journal,
    controller,
  });
  const report = await run(flow, { signal, drainMs: 5 });
  gauges.close();
  return { report, journal, controller, gauges, redrive, written };
}

describe('the pipeline of the example', () => {
  it('writes what is complete, and says of the rest what was wrong', async () => {
    const { report, journal, written } = await trial(300, (line) => line % 50 === 0);
    const lines = new Set(written.map(({ line }) => line));
    expect(lines).toEqual(journal.delivered);
    expect(report).toMatchObject({ in: 300, cancelled: 0, delivered: written.length, filtered: journal.filtered });
    expect(report.deadLettered).toBe(journal.deadLettered);
    expect(report.peakLive).toBeLessThanOrEqual(BOUND);
    expect(journal.live.size).toBe(0);
    expect(letterLines(journal)).toEqual([
      'dead letters, and the first of each kind:',
      expect.stringMatching(/^ +\d+ ingressProcessing INVALID, line 21: speed_knots: is empty$/),
      expect.stringMatching(/^ +\d asyncEgress EXHAUSTED, line \d+0: the service is away$/),
      '',
    ]);
    expect(hintLines(journal)).toEqual([expect.stringMatching(/^may pass +\d dead letters: npm start -- --redrive /)]);
  });

  it('sends in again what may have passed, once all else is done, and says what became of it', async () => {
    const isPoison = (line: number) => line === 100;
    const fails = (line: number, { record }: Info) => line % 50 === 0 && (isPoison(line) || record.redrives === 0);
    const { report, journal, controller, redrive, written } = await trial(300, fails, { redriven: true });
    const failed = redrive.sent ?? 0;
    expect(failed).toBeGreaterThan(2);
    expect(report.in).toBe(300 + failed);
    expect([journal.recovered, journal.failedAgain]).toEqual([failed - 1, 1]);
    expect(written.slice(-(failed - 1)).every(({ line }) => line % 50 === 0)).toBe(true);
    expect(redriveLine(redrive, journal)).toBe(
      `redriven      ${failed} records: ${failed - 1} delivered, 1 dead letters again`,
    );
    expect(controller.deadLetters.summary()).toMatchObject({ asyncEgress: { EXHAUSTED: 1 } });
  });

  it('letters that are on their way again when time is up are said to be abandoned', async () => {
    const controller = new AbortController();
    const hangs = ({ record }: Info): boolean => {
      if (record.redrives > 0) setTimeout(() => controller.abort(), 1);
      return record.redrives > 0;
    };
    const options = { redriven: true, hangs, signal: controller.signal };
    const { report, redrive, journal } = await trial(300, (line) => line % 50 === 0, options);
    const failed = redrive.sent ?? 0;
    expect(failed).toBeGreaterThan(2);
    expect(report).toMatchObject({ ended: 'stopped', cancelled: failed });
    expect(redriveLine(redrive, journal)).toMatch(`: 0 delivered, 0 dead letters again, ${failed} abandoned`);
  });

  it('a redrive that was not reached is said to be none', async () => {
    const controller = new AbortController();
    const fails = (): boolean => {
      controller.abort();
      return false;
    };
    const { redrive, journal, report } = await trial(300, fails, { redriven: true, signal: controller.signal });
    expect(report.ended).toBe('stopped');
    expect(redriveLine(redrive, journal)).toBe('redriven      nothing: the end was not reached');
  });

  it('a letter says the cause of a failure as well', () => {
    const journal = new Journal();
    const failures = [
      new Error('fetch failed', { cause: new Error('connect ECONNREFUSED') }),
      new Error("destination 'strikes' refused the record: no", { cause: new Error('no') }),
      'thrown',
    ];
    failures.forEach((error, index) => {
      const origin: Row = { record: {}, info: { lines: 5, bytes: 0 } };
      const rest = { value: origin, origin, key: 'A', attempts: 1, redrives: 0, firstAt: 0, lastAt: 0 };
      journal.wasDeadLettered({ ...rest, stage: String(index), code: 'FAILED', errors: [new Error('first'), error] });
    });
    expect(journal.letterGroups.map(({ example }) => example)).toEqual([
      'line 5: fetch failed: connect ECONNREFUSED',
      "line 5: destination 'strikes' refused the record: no",
      'line 5: thrown',
    ]);
  });

  it('the gauges keep what each stage showed, and stages that have gone in their place', async () => {
    const { report, gauges } = await trial(1000, (line) => line === 300, { latencyMs: 5 });
    expect(gauges.now.map(({ name }) => name)).toEqual([
      'gateway',
      'keyGen',
      'ingressProcessing',
      'asyncEgress',
      'finalSink',
    ]);
    for (const { meanPressure, highestPressure } of gauges.history) {
      expect(highestPressure).toBeGreaterThanOrEqual(meanPressure - 1e-9);
      expect(highestPressure).toBeLessThanOrEqual(1);
    }
    const table = stageLines(report, gauges.history);
    expect(table).toHaveLength(7);
    for (const line of table) expect(line.length).toBeLessThan(80);
    expect(table[0]).toMatch(/^stage +passed on +gave up +pressure +highest +throttle +bottleneck$/);
  });
});
