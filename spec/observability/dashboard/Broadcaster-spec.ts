import { describe, expect, it } from '@jest/globals';
import { merge, VirtualTimeScheduler } from 'rxjs';
import { PipelineBackPressureController } from '../../../lib/control/PipelineBackPressureController.js';
import { Broadcaster } from '../../../lib/observability/dashboard/Broadcaster.js';
import { broadcast } from '../../../lib/operators/broadcast.js';
import { control } from '../../../lib/operators/control.js';
import { stage } from '../../../lib/operators/stage.js';
import { fromPull } from '../../../lib/sources/fromPull.js';
import { numbers } from '../../operators/support/seen.js';
import { Works } from '../../operators/support/Works.js';
import { HandStream } from './support/HandStream.js';

function setUp() {
  const scheduler = new VirtualTimeScheduler();
  const controller = new PipelineBackPressureController({ scheduler, logger: 'off' });
  const works = new Works<number>();
  const save = stage(works.start, { name: 'save', capacity: 4, concurrency: 2, scheduler });
  const running = fromPull(numbers(100)).pipe(save, control(controller)).subscribe();
  const advance = (ms: number) => {
    scheduler.maxFrames = scheduler.frame + ms;
    scheduler.flush();
    scheduler.frame = scheduler.maxFrames;
  };
  const finish = async () => {
    const next = works.begun.length - works.active;
    advance(10);
    await works.finish(works.begun[next]!, 0);
  };
  const latency = () => controller.getPipelineStatus().stageStatuses['save']?.latency ?? null;
  return { scheduler, controller, running, advance, finish, latency };
}

describe('the frames that pages are told', () => {
  it('refreshMs: come at once, and then in just this interval', () => {
    const { scheduler, controller, advance, running } = setUp();
    const broadcaster = new Broadcaster(controller, 700, scheduler);
    advance(123);
    const stream = new HandStream();
    broadcaster.add(stream);
    advance(2100);
    const at = stream.written.map((text) => (JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as { at: number }).at);
    expect(at).toEqual([123, 823, 1523, 2223]);
    broadcaster.close();
    running.unsubscribe();
  });

  it('while no page is there nothing is measured and no timer runs (C13)', async () => {
    const { scheduler, controller, running, advance, finish, latency } = setUp();
    const broadcaster = new Broadcaster(controller, 500, scheduler);
    await finish();
    expect(latency()).toBeNull();
    const leave = [broadcaster.add(new HandStream()), broadcaster.add(new HandStream())];
    await finish();
    expect(latency()).not.toBeNull();
    leave[0]?.();
    expect(latency()).not.toBeNull();
    leave[1]?.();
    expect(latency()).toBeNull();
    running.unsubscribe();
    expect(scheduler.actions.filter(({ closed }) => !closed)).toEqual([]);
    advance(5000);
    expect(broadcaster.size).toBe(0);
  });

  it('a page that comes later is told at once and does not hasten the others', () => {
    const { scheduler, controller, running, advance } = setUp();
    const broadcaster = new Broadcaster(controller, 500, scheduler);
    const [first, second] = [new HandStream(), new HandStream()];
    broadcaster.add(first);
    advance(250);
    broadcaster.add(second);
    expect([first.written.length, second.written.length]).toEqual([1, 1]);
    advance(250);
    expect([first.written.length, second.written.length]).toEqual([2, 2]);
    broadcaster.close();
    expect([first.isEnded, second.isEnded]).toEqual([true, true]);
    running.unsubscribe();
  });

  it('a page that reads nothing is dropped after 30 seconds, and the others go on', () => {
    const { scheduler, controller, running, advance } = setUp();
    const broadcaster = new Broadcaster(controller, 500, scheduler);
    const [dead, living] = [new HandStream(false), new HandStream()];
    broadcaster.add(dead);
    broadcaster.add(living);
    advance(30_000);
    expect([dead.isDestroyed, dead.written.length]).toEqual([false, 1]);
    advance(500);
    expect([dead.isDestroyed, dead.written.length, broadcaster.size]).toEqual([true, 1, 1]);
    expect(living.written).toHaveLength(62);
    broadcaster.close();
    running.unsubscribe();
  });

  it('what the user made and what throws is told to the pages, and to nobody else', () => {
    const { scheduler, controller, running, advance } = setUp();
    controller.getStageThrottleDelayMs = () => {
      throw new Error('no such curve');
    };
    const broadcaster = new Broadcaster(controller, 500, scheduler);
    const stream = new HandStream();
    broadcaster.add(stream);
    advance(500);
    expect(stream.written).toEqual([FAULT, FAULT]);
    broadcaster.close();
    running.unsubscribe();
  });

  it('says which stage is the bottleneck, what became of the records, and that a closed controller has none', () => {
    const { scheduler, controller, running, advance } = setUp();
    const broadcaster = new Broadcaster(controller, 2000, scheduler);
    const stream = new HandStream();
    broadcaster.add(stream);
    advance(2000);
    running.unsubscribe();
    controller.close();
    advance(2000);
    const frames = stream.written.map((text) => JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as object);
    expect(frames[1]).toMatchObject({
      bottleneck: { stage: 'save', forMs: 2000 },
      ledger: { in: 4, inFlight: 4 },
      stages: [{ name: 'save', capacity: 4, inFlight: 4, credit: 0, busy: 1000, below: [] }],
    });
    expect(frames[2]).toMatchObject({ bottleneck: null, stages: [], ledger: { in: 4, cancelled: 4, inFlight: 0 } });
    broadcaster.close();
  });

  it('say which stages are next, those of a fan-out too', () => {
    const scheduler = new VirtualTimeScheduler();
    const controller = new PipelineBackPressureController({ scheduler, logger: 'off' });
    const works = new Works<number>();
    const shared = broadcast(fromPull(numbers(1000)).pipe(stage((n: number) => n, { name: 'read' })), { branches: 2 });
    const branch = (name: string) => shared.pipe(stage(works.start, { name, capacity: 2 }));
    const running = merge(branch('left'), branch('right')).pipe(control(controller)).subscribe();
    const { stageStatuses } = controller.getPipelineStatus();
    expect(Object.entries(stageStatuses).map(([name, { below }]) => [name, below])).toEqual([
      ['read', ['broadcast']],
      ['broadcast', ['left', 'right']],
      ['left', []],
      ['right', []],
    ]);
    running.unsubscribe();
  });
});

const FAULT = 'event: fault\ndata: {"problem":"no such curve"}\n\n';
