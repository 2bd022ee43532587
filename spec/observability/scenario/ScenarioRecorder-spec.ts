import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, map, NEVER, timer } from 'rxjs';
import {
  asyncEgress,
  control,
  fromPull,
  ingressProcessing,
  keyGen,
  PipelineBackPressureController,
  SluiceError,
  stage,
} from '../../../lib/index.js';
import { probe, ScenarioRecorder, type Scenario } from '../../../lib/marbles/index.js';
import { RECORDER_OPTIONS } from '../../../lib/observability/scenario/ScenarioRecorder.js';
import { FlowTestScheduler } from '../../../lib/testing/index.js';

const brief = ({ events }: Scenario): string[] =>
  events.map(({ time, lane, kind, label, n, detail }) =>
    [time, lane, kind, label, n, detail].filter((part) => part !== undefined).join(' '),
  );

const later = <T>(ms: number, value: T): Promise<T> => firstValueFrom(timer(ms).pipe(map(() => value)));

describe('ScenarioRecorder', () => {
  it('shows attempts, how each of them ended, and the letter', async () => {
    const scenario = await new FlowTestScheduler().run(async ({ record, expectFlow, flush }) => {
      const recorder = record();
      const work = recorder.attempts('charge', async (value: string, { attempt }) => {
        if (value === 'slow') await firstValueFrom(NEVER);
        await later(1, null);
        if (value === 'bad' || attempt === 1) throw new Error(`503 for ${value}`);
        return value;
      });
      const egress = asyncEgress({
        name: 'egress',
        process: work,
        maxAttempts: 2,
        operationTimeoutMs: 5,
        baseRetryDelayMs: 2,
        jitter: 'none',
        onDeadLetter: recorder.letter,
        maxConcurrentOperations: 1,
      });
      expectFlow(fromPull(['a', 'bad', 'slow']).pipe(probe('in', recorder), egress));
      await flush();
      return recorder.scenario('t');
    });
    expect(brief(scenario).filter((line) => !line.includes(' in next') && !line.includes('request'))).toEqual([
      '0 charge next a 1',
      '0 in complete',
      '1 charge nack a 1 503 for a',
      '3 charge next a 2',
      '4 charge ack a 2',
      '4 charge next bad 1',
      '5 charge nack bad 1 503 for bad',
      '7 charge next bad 2',
      '8 charge nack bad 2 503 for bad',
      '8 in deadLetter bad EXHAUSTED, 503 for bad',
      '8 charge next slow 1',
      expect.stringMatching(/^13 charge nack slow 1 /),
      '15 charge next slow 2',
      expect.stringMatching(/^20 charge nack slow 2 /),
      expect.stringMatching(/^20 in deadLetter slow TIMEOUT, /),
    ]);
  });

  it('shows what a controller knows: rejections, letters and pressure', async () => {
    const scenario = await new FlowTestScheduler().run(async (helpers) => {
      const recorder = helpers.record();
      const controller = new PipelineBackPressureController({ logger: 'off', monitoringIntervalMs: 1 });
      recorder.watch(controller);
      const check = ingressProcessing({
        name: 'check',
        validate: (value: string) => {
          if (value === 'b') throw new SluiceError('INVALID', 'no b');
          return true;
        },
      });
      const flow = helpers.cold('(abcd|)').pipe(
        probe('pushed', recorder),
        stage((value: string) => later(3, value), { name: 'slow', capacity: 3, overflow: 'dropNewest' }),
        probe('checked', recorder),
        check,
        control(controller),
      );
      helpers.expectFlow(flow);
      await helpers.flush();
      return recorder.scenario('t');
    });
    expect(brief(scenario).filter((line) => /drop|deadLetter/.test(line))).toEqual([
      '0 pushed drop d OVERFLOW',
      expect.stringMatching(/^6 checked deadLetter b INVALID/),
    ]);
    const pressure = scenario.series.filter(({ measure }) => measure === 'pressure');
    expect(pressure.map(({ lane }) => lane)).toContain('pushed');
    const [, ...values] = pressure.find(({ lane }) => lane === 'pushed')!.points.map(([, value]) => value);
    expect(Math.max(...values)).toBeGreaterThan(0.5);
    expect(values.pop()).toBe(0); // the stage has left its controller
  });

  it('keeps the last events, and says how many came before', () => {
    const recorder = new ScenarioRecorder({ limit: 5 });
    for (let index = 0; index < 23; index++) recorder.note({ lane: 'a', kind: 'next', label: String(index) });
    const { events, omitted } = recorder.scenario('t');
    expect([events.map(({ label }) => label), omitted]).toEqual([['18', '19', '20', '21', '22'], 18]);
  });

  it('begins at time 0 with the first thing it is told, on the clock it is given', async () => {
    await new FlowTestScheduler().run(async ({ advance, record }) => {
      await advance(7);
      const recorder = record();
      recorder.note({ lane: 'a', kind: 'next' });
      await advance(5);
      recorder.note({ lane: 'a', kind: 'next' });
      expect(recorder.scenario('t').events.map(({ time }) => time)).toEqual([0, 5]);
    });
  });

  it('colours by the key of keyGen, or by one of its own', async () => {
    const keys = async (key?: (origin: unknown) => string) => {
      const recorder = new ScenarioRecorder({ key });
      const flow = fromPull(['ab', 'b']).pipe(
        keyGen({ keySelector: (text: string) => text.length, onDeadLetter: recorder.letter }),
        probe('out', recorder),
      );
      await new Promise<void>((resolve) => flow.subscribe({ complete: resolve }));
      return recorder.scenario('t').events.flatMap((event) => (event.kind === 'next' ? [event.key] : []));
    };
    expect(await keys()).toEqual(['2', '1']);
    expect(await keys((origin) => `first ${String(origin).charAt(0)}`)).toEqual(['first a', 'first b']);
  });

  it('calls records as it is told', () => {
    const recorder = new ScenarioRecorder({ label: (origin) => `<${String(origin)}>` });
    fromPull([1]).pipe(probe('a', recorder)).subscribe();
    expect(recorder.scenario('t').events[1]?.label).toBe('<1>');
  });

  it('has plain data only', async () => {
    const recorder = new ScenarioRecorder();
    await new Promise<void>((resolve) =>
      fromPull([1, 2])
        .pipe(
          probe('a', recorder),
          stage((n: number) => n),
          probe('b', recorder),
        )
        .subscribe({ complete: resolve }),
    );
    const scenario = recorder.scenario('title', 'and description');
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(JSON.parse(JSON.stringify(scenario)));
    expect(scenario.lanes).toEqual([{ name: 'a' }, { name: 'b' }]);
    expect(scenario.description).toBe('and description');
  });

  it('has a test for every option', () => expect(RECORDER_OPTIONS).toEqual(['limit', 'scheduler', 'label', 'key']));

  it.each([
    [{ limit: 0 }, 'ScenarioRecorder: option limit is 0'],
    [{ label: 'x' }, 'ScenarioRecorder: option label is "x"; give a function (origin, value) => label'],
    [{ key: 1 }, 'ScenarioRecorder: option key is 1; give a function (origin) => key'],
    [{ scheduler: {} }, 'ScenarioRecorder: option scheduler'],
    [{ labels: 1 }, `there is no option 'labels'; the options are limit, scheduler, label, key`],
  ])('refuses %p', (options, message) => {
    expect(() => new ScenarioRecorder(options as never)).toThrow(message);
  });
});
