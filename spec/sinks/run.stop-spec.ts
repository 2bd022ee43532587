import { describe, expect, it } from '@jest/globals';
import { bufferCount, merge, repeat, Subject, VirtualTimeScheduler } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { run, type RunReport } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { onBackpressureBuffer } from '../../lib/sources/onBackpressureBuffer.js';
import { handFed } from '../../lib/testing/HandFed.js';
import { never, soon, turn } from '../credit/support/waiting.js';
import { numbers } from '../operators/support/seen.js';
import { Works } from '../operators/support/Works.js';

describe('stopping a run by its signal', () => {
  it('asks the source for no more, lets what is in flight finish, and resolves at once then', async () => {
    const stop = new AbortController();
    const works = new Works<number>();
    const source = handFed(numbers(99));
    const report = run(source.pipe(stage(works.start, { capacity: 3 })), { signal: stop.signal });
    stop.abort();
    expect(source.subscribed).toBe(false);
    for (const n of [0, 1, 2]) await works.finish(n, n);
    expect(String(await soon(report))).toBe('in 3 = delivered 3 · peak live 3');
    expect(works.begun).toEqual([0, 1, 2]);
  });

  it('resolves at once where nothing is in flight, and leaves no timer', async () => {
    const stop = new AbortController();
    const scheduler = new VirtualTimeScheduler();
    const report = run(handFed<number>().pipe(stage((n) => n)), { signal: stop.signal, scheduler });
    stop.abort();
    expect(await soon(report)).toMatchObject({ ended: 'stopped', in: 0 });
    expect(scheduler.actions).toHaveLength(0);
  });

  it('before the start subscribes to nothing', async () => {
    const source = handFed([1]);
    expect(await run(source.pipe(stage((n) => n)), { signal: AbortSignal.abort() })).toMatchObject({
      ended: 'stopped',
      in: 0,
    });
    expect(source.feeds).toHaveLength(0);
  });

  it('after the end changes nothing, and the listener is gone', async () => {
    const stop = new AbortController();
    let listeners = 0;
    const { signal } = stop;
    const counted = Object.defineProperties(signal, {
      addEventListener: {
        value: (...all: Parameters<AbortSignal['addEventListener']>) => {
          listeners++;
          EventTarget.prototype.addEventListener.apply(signal, all);
        },
      },
      removeEventListener: {
        value: (...all: Parameters<AbortSignal['removeEventListener']>) => {
          listeners--;
          EventTarget.prototype.removeEventListener.apply(signal, all);
        },
      },
    });
    const report = await run(fromPull([1]), { signal: counted });
    stop.abort();
    expect([report.ended, listeners]).toEqual(['completed', 0]);
  });

  it('with drainMs 0 cancels what is in flight', async () => {
    const stop = new AbortController();
    const report = run(fromPull(numbers(9)).pipe(stage(never, { capacity: 4 })), { signal: stop.signal, drainMs: 0 });
    stop.abort();
    expect(String(await report)).toBe('in 4 = delivered 0 + cancelled 4 (DRAIN_DEADLINE 4) · peak live 4');
  });

  it('lets an operator release what it holds', async () => {
    const stop = new AbortController();
    const source = handFed<number>();
    const report = run(
      source.pipe(
        bufferCount(5),
        stage((all) => all),
      ),
      { signal: stop.signal },
    );
    source.send(1, 2);
    stop.abort();
    expect(await soon(report)).toMatchObject({ ended: 'stopped', inFlight: 0, cancelled: 0 });
  });

  it('C9: a source that repeat() starts again after the stop gives nothing', async () => {
    const stop = new AbortController();
    let begun = 0;
    let afterStop = 0;
    const work = async () => {
      if (stop.signal.aborted) afterStop++;
      else if (++begun === 5) stop.abort();
      await turn();
    };
    const flow = fromPull([1, 2, 3]).pipe(repeat(), stage(work, { capacity: 4 }));
    const report = (await soon(run(flow, { signal: stop.signal, drainMs: 50 }))) as RunReport;
    expect(afterStop).toBeLessThanOrEqual(4);
    expect(report).toMatchObject({ ended: 'stopped', cancelled: 0 });
  });

  it('C8: a push that comes first after the stop is not taken in', async () => {
    const stop = new AbortController();
    const pushes = new Subject<number>();
    const work = async () => {
      await turn(3);
    };
    const flow = merge(pushes.pipe(onBackpressureBuffer()), fromPull([0])).pipe(stage(work));
    const report = run(flow, { signal: stop.signal });
    stop.abort();
    pushes.next(1);
    expect(await soon(report)).toMatchObject({ in: 1 });
  });

  it('by aborting out of a project, a key selector or a dead letter listener ends just as well', async () => {
    for (const where of ['project', 'perKey', 'onDeadLetter']) {
      const stop = new AbortController();
      const abort = (here: string) => {
        if (here === where) stop.abort();
      };
      const flow = fromPull(numbers(9)).pipe(
        stage(
          (n: number) => {
            abort('project');
            if (n % 2 === 0) throw new Error('even');
            return n;
          },
          {
            capacity: 3,
            onFailure: 'deadLetter',
            onDeadLetter: () => abort('onDeadLetter'),
            order: { perKey: (n) => (abort('perKey'), n) },
          },
        ),
      );
      const report = (await soon(run(flow, { signal: stop.signal }))) as RunReport;
      expect([report.ended, report.inFlight, report.cancelled]).toEqual(['stopped', 0, 0]);
      expect(report.in).toBeLessThanOrEqual(3);
    }
  });
});
