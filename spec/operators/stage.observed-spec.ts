import { describe, expect, it } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';
import { PipelineBackPressureController } from '../../lib/control/PipelineBackPressureController.js';
import { Flowable } from '../../lib/credit/Flowable.js';
import { control } from '../../lib/operators/control.js';
import { stage } from '../../lib/operators/stage.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { run } from '../../lib/sinks/run.js';

/** A scheduler that counts how often it is asked for the time, and in which work can take time. */
class CountingScheduler extends VirtualTimeScheduler {
  looks = 0;
  time = 0;
  override now = () => {
    this.looks++;
    return this.time;
  };
}

function* numbers(count: number) {
  for (let number = 0; number < count; number++) yield number;
}

function observed() {
  const scheduler = new CountingScheduler();
  const controller = new PipelineBackPressureController({ scheduler, logger: 'off' });
  return { scheduler, controller };
}

describe('a stage under a controller', () => {
  it('C13: looks at the clock once for a grant and not for each record', async () => {
    const { scheduler, controller } = observed();
    const records = 10_000;
    const work = stage((value: number) => value + 1, { scheduler, capacity: 256 });
    await run(fromPull(numbers(records)).pipe(work, control(controller)));
    expect(scheduler.looks).toBeLessThan(records / 16);
  });

  it('tells the share that failed, and how long the work takes, of records that pass straight through', () => {
    const { scheduler, controller } = observed();
    const work = stage(
      (value: number) => {
        scheduler.time += 5;
        if (value % 4 === 3) throw new Error('no');
        return value;
      },
      { scheduler, capacity: 16, name: 'work', onFailure: 'deadLetter' },
    );
    const source = new Flowable<number>((subscriber) => {
      let sent = 0;
      subscriber.onDemand(() => {
        while (sent < 400 && subscriber.balance > 0) subscriber.next(sent++);
      });
    });
    const running = source.pipe(work, control(controller)).subscribe();
    expect(scheduler.time).toBe(2000);
    scheduler.maxFrames = 2500;
    scheduler.flush();
    const { errorRate, processingLatencyMs } = controller.getPipelineStatus().stageStatuses['work']!;
    expect(processingLatencyMs).toBeCloseTo(5, 5);
    expect(errorRate).toBeGreaterThan(0.2);
    expect(errorRate).toBeLessThan(0.3);
    running.unsubscribe();
  });
});
