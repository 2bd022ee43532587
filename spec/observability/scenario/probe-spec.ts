import { describe, expect, it } from '@jest/globals';
import { concat, filter, map, mergeMap, take, timer, type Observable } from 'rxjs';
import { fromPull, run, stage } from '../../../lib/index.js';
import { probe, ScenarioRecorder, type Scenario } from '../../../lib/marbles/index.js';
import { checkLaws, FlowTestScheduler, handFed, handGranted } from '../../../lib/testing/index.js';

/** `'next a'`, `'request 3'` and so on, of one lane. */
const on = (lane: string, { events }: Scenario): string[] =>
  events
    .filter((event) => event.lane === lane)
    .map(({ kind, label, n }) => [kind, label ?? '', n === undefined ? '' : String(n)].filter(Boolean).join(' '));

const play = (test: (recorder: ScenarioRecorder) => Observable<unknown>, demand?: string): Promise<Scenario> =>
  new FlowTestScheduler().run(async ({ record, expectFlow, flush }) => {
    const recorder = record();
    expectFlow(test(recorder), demand);
    await flush();
    return recorder.scenario('test');
  });

describe('probe', () => {
  it('without a recorder is the flow itself', () => {
    const source = fromPull([1]);
    expect(source.pipe(probe('a'))).toBe(source);
  });

  it('shows records down and credit up, with what is outstanding and in the inbox', async () => {
    const scenario = await play((recorder) =>
      fromPull(['a', 'b', 'c']).pipe(
        probe('source', recorder),
        stage((value: string) => timer(2).pipe(map(() => value)), { capacity: 2 }),
        probe('out', recorder),
      ),
    );
    expect(on('source', scenario)).toEqual([
      'request 2',
      'next a',
      'next b',
      'request 1',
      'next c',
      'request 1',
      'complete',
    ]);
    expect(on('out', scenario)).toEqual(['request', 'next a', 'next b', 'next c', 'complete']);
    expect(
      scenario.events.filter(({ lane, kind }) => lane === 'out' && kind === 'next').map(({ time }) => time),
    ).toEqual([2, 4, 6]);
    const points = (measure: string) => scenario.series.find((series) => series.measure === measure)?.points;
    expect(points('fill')).toEqual([
      [0, 2],
      [4, 1],
      [6, 0],
    ]);
    expect(scenario.series.map(({ limit }) => limit)).toEqual([2, 2]);
  });

  it('shows the demand of a consumer in marbles, at its times', async () => {
    const scenario = await play((recorder) => fromPull(['a', 'b', 'c']).pipe(probe('out', recorder)), '-1--2-*');
    const seen = scenario.events.map(({ time, kind, label = '', n = '' }) => `${time} ${kind} ${label}${n}`);
    expect(seen).toEqual([
      '1 request 1',
      '1 next a',
      '4 request 2',
      '4 next b',
      '4 next c',
      '6 request ',
      '6 complete ',
    ]);
  });

  it('shows a grant that nobody answers at its own time', async () => {
    const scenario = await play((recorder) => handFed<string>().pipe(probe('out', recorder)), '--2---*');
    expect(scenario.events.map(({ time, kind, n }) => [time, kind, n])).toEqual([
      [2, 'request', 2],
      [6, 'request', undefined],
    ]);
  });

  it('keeps the name of a record through whatever becomes of its value', async () => {
    const scenario = await play((recorder) =>
      fromPull([{ id: 7 }, { id: 8 }]).pipe(
        probe('source', recorder),
        map(({ id }) => id),
        filter((id) => id > 7),
        stage((id: number) => `number ${id}`),
        mergeMap((text) => [text, text]),
        probe('out', recorder),
        stage((text: string) => text.length),
        probe('end', recorder),
      ),
    );
    expect(on('source', scenario).slice(1, 3)).toEqual(['next #1', 'next #2']);
    expect(on('out', scenario).slice(1, 3)).toEqual(['next #2', 'next #2']);
    expect(on('end', scenario).slice(1, 3)).toEqual(['next #2', 'next #2']);
  });

  it('shows an overdraft as credit below nothing', async () => {
    const scenario = await play((recorder) =>
      fromPull(['a']).pipe(
        mergeMap((value) => [value, value, value]),
        probe('in', recorder),
        stage((value: string) => timer(1).pipe(map(() => value)), { capacity: 1 }),
      ),
    );
    const credit = scenario.series.find(({ measure }) => measure === 'credit')?.points;
    expect(credit).toEqual([
      [0, -2],
      [1, -1],
      [2, 0],
      [3, 1],
    ]);
  });

  it('shows how a stream fails', async () => {
    const recorder = new ScenarioRecorder();
    const failing = map((n: number): number => {
      if (n === 2) throw new Error('two');
      return n;
    });
    await expect(run(fromPull([1, 2]).pipe(failing, probe('out', recorder)))).rejects.toThrow('two');
    expect(on('out', recorder.scenario('t'))).toEqual(['request', 'next 1', 'error two']);
  });

  it('shows each subscription of a flow, and no grant twice', async () => {
    const scenario = await play((recorder) => {
      const flow = fromPull(() => ['a']).pipe(probe('source', recorder));
      return concat(flow, flow).pipe(
        stage((value: string) => value, { capacity: 4 }),
        take(2),
      );
    });
    expect(on('source', scenario)).toEqual(['request 4', 'next a', 'complete', 'next a']);
  });

  it('leaves the accounts of the pipeline as they are', async () => {
    const recorder = new ScenarioRecorder();
    const pipeline = (with_?: ScenarioRecorder) =>
      run(
        fromPull([1, 2, 3, 4]).pipe(
          probe('a', with_),
          filter((n) => n !== 2),
          stage((n: number) => (n === 3 ? Promise.reject(new Error('3')) : n), { onFailure: 'deadLetter' }),
          probe('b', with_),
        ),
      );
    expect(String(await pipeline(recorder))).toBe(String(await pipeline()));
    expect(on('a', recorder.scenario('t'))).toEqual([
      'request 256',
      'next 1',
      'next 2',
      'next 3',
      'next 4',
      'complete',
    ]);
  });

  it('does not look any more when nobody is subscribed', () => {
    const recorder = new ScenarioRecorder();
    const sink = handGranted(fromPull([1, 2, 3]).pipe(probe('out', recorder)));
    sink.grant(1);
    sink.cancel();
    sink.grant(1);
    expect(on('out', recorder.scenario('t'))).toEqual(['request 1', 'next 1']);
  });

  it('keeps every law', async () => {
    const violations = await checkLaws({
      name: 'probe above a stage and below it',
      make: () => (source: Observable<number>) => {
        const recorder = new ScenarioRecorder({ limit: 10 });
        return source.pipe(
          probe('in', recorder),
          stage((n: number) => n, { capacity: 4 }),
          probe('out', recorder),
        );
      },
      capacity: 4,
      keepsRecords: true,
    });
    expect(violations).toEqual([]);
  }, 60_000);

  it.each([
    [() => probe(''), 'probe: name is ""; give a text'],
    [() => probe('a', {} as never), 'probe: recorder is an object; give a ScenarioRecorder, or nothing'],
  ])('refuses what it cannot use', (make, message) => expect(make).toThrow(message));
});
