import { describe, expect, it } from '@jest/globals';
import { runNode } from '../credit/support/copies.js';

/**
 * A program in which everything waits that can wait: a batch for its time, a yield, work with a timer of its own, a run
 * that drains. Then it ends in one of three ways, and must end by itself soon afterwards.
 */
const program = (end: 'complete' | 'error' | 'cancel') => `
import { NEVER, Observable, Subject, delay, timer } from 'rxjs';
import { batch, boundary, expandStage, fromPull, onBackpressureBuffer, run, stage, toAsyncIterable } from 'sluice';
const HOUR = 3_600_000;
let over = 0;
process.on('exit', () => console.log(Math.round(performance.now() - over)));
process.on('unhandledRejection', (error) => console.log('unhandled', error));

const source = new Subject();
const flows = [
  source.pipe(batch({ maxSize: 99, maxWaitMs: HOUR })),
  source.pipe(stage((n) => (n === 'late' ? timer(HOUR) : n), { concurrency: 9 })),
  source.pipe(boundary(delay(${end === 'complete' ? 5 : 'HOUR'}))),
  source.pipe(expandStage(() => (${end === 'complete'} ? [1] : NEVER))),
  source.pipe(onBackpressureBuffer(), stage((n, { signal }) => (signal.aborted ? n : n))),
];
const running = flows.map((flow) => flow.subscribe({ error: () => {} }));
const stop = new AbortController();
const stopped = run(source.pipe(stage(() => ${end === 'complete' ? '1' : 'new Promise(() => {})'})), { signal: stop.signal, drainMs: HOUR }).catch(() => {});
const loop = toAsyncIterable(source)[Symbol.asyncIterator]();
loop.next().catch(() => {});
source.next('first');
${end === 'complete' ? '' : "source.next('late');"}
setTimeout(() => {
  over = performance.now();
  if ('${end}' === 'complete') source.complete();
  else if ('${end}' === 'error') source.error(new Error('failed'));
  else loop.return();
  if ('${end}' !== 'complete') for (const one of running) one.unsubscribe();
}, 5);
`;

describe('a program that has ended (C9)', () => {
  it.each(['complete', 'error', 'cancel'] as const)(
    'ends by itself within a second after %s: no timer keeps it alive',
    async (end) => {
      const { code, stdout, stderr } = await runNode(program(end));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^\d+$/);
      expect(Number(stdout)).toBeLessThan(1000);
    },
    10_000,
  );

  it('ends by itself when a run was stopped and its deadline has passed', async () => {
    const { code, stdout } = await runNode(`
      import { fromPull, run, stage } from 'sluice';
      const stop = new AbortController();
      const report = run(fromPull([1, 2]).pipe(stage(() => new Promise(() => {}))), { signal: stop.signal, drainMs: 20 });
      stop.abort();
      console.log(String(await report));`);
    expect([code, stdout]).toEqual([0, 'in 2 = delivered 0 + cancelled 2 (DRAIN_DEADLINE 2) · peak live 2']);
  }, 10_000);
});
