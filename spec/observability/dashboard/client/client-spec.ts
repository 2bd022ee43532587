import { describe, expect, it } from '@jest/globals';
import { areaPath, linePath, niceMost } from '../../../../lib/observability/dashboard/client/chart.js';
import { mainState, stageColour } from '../../../../lib/observability/dashboard/client/colour.js';
import { EventParser, tokenOf } from '../../../../lib/observability/dashboard/client/connection.js';
import * as format from '../../../../lib/observability/dashboard/client/format.js';
import { History } from '../../../../lib/observability/dashboard/client/History.js';
import { levelsOf } from '../../../../lib/observability/dashboard/client/levels.js';
import type { Frame, StageFrame } from '../../../../lib/observability/dashboard/frame.js';

const stage = (name: string, more: Partial<StageFrame> = {}) =>
  ({ name, below: [], passedOn: 0, ...more }) as unknown as StageFrame;
const frame = (at: number, stages: StageFrame[] = [], more: Partial<Frame> = {}) =>
  ({ at, overall: 0, mean: 0, bottleneck: null, stages, ...more }) as Frame;

describe('colours', () => {
  const of = (idle: number, busy: number, backPressured: number) => ({ idle, busy, backPressured });
  it('idle is blue, busy red, back-pressured black, and shades are between them', () => {
    expect(stageColour(of(1000, 0, 0))).toBe('rgb(27 98 201)');
    expect(stageColour(of(0, 1000, 0))).toBe('rgb(200 30 40)');
    expect(stageColour(of(0, 0, 1000))).toBe('rgb(16 16 18)');
    expect(stageColour(of(500, 500, 0))).toBe('rgb(114 64 121)');
  });

  it('white text on any of them has a contrast of 4.5 : 1', () => {
    for (let idle = 0; idle <= 1000; idle += 100) {
      for (let busy = 0; busy + idle <= 1000; busy += 100) {
        const channels = stageColour(of(idle, busy, 1000 - idle - busy))
          .match(/\d+/g)!
          .map(Number);
        const [r, g, b] = channels.map((c) =>
          c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
        );
        expect(1.05 / (0.2126 * r! + 0.7152 * g! + 0.0722 * b! + 0.05)).toBeGreaterThan(4.5);
      }
    }
  });

  it('says what a stage mostly does', () => {
    expect(mainState(of(100, 300, 600))).toEqual({ word: 'back-pressured', share: 0.6 });
    expect(mainState(of(400, 600, 0)).word).toBe('busy');
    expect(mainState(of(1000, 0, 0)).word).toBe('idle');
  });
});

describe('numbers as text', () => {
  it.each([
    [format.count(12_345.4), '12,345'],
    [format.rate(0), '0'],
    [format.rate(3.14), '3.1'],
    [format.rate(1234), '1,234'],
    [format.percent(0.456), '46 %'],
    [format.milliseconds(0), '0'],
    [format.milliseconds(0.123), '0.12'],
    [format.milliseconds(5.04), '5'],
    [format.milliseconds(1234.5), '1,235'],
    [format.span(3240), '3.2 s'],
    [format.span(252_000), '4 min 12 s'],
    [format.span(7_500_000), '2 h 5 min'],
    [format.shortSpan(3240), '3.2 s'],
    [format.shortSpan(12_900), '12 s'],
    [format.shortSpan(252_000), '4 min'],
    [format.shortSpan(7_500_000), '2 h'],
    [format.ago(400), 'now'],
    [format.ago(12_400), '12 s ago'],
    [format.list([]), ''],
    [format.list(['a']), 'a'],
    [format.list(['a', 'b', 'c']), 'a, b and c'],
  ])('%s', (got, expected) => {
    expect(got).toBe(expected);
  });
});

describe('the history of a page', () => {
  it('knows rates from two frames, however many were left out between them, and never a negative one', () => {
    const history = new History();
    for (const [at, passedOn] of [
      [0, 0],
      [1000, 100],
      [1500, 150],
      [9500, 950],
      [10_000, 0],
    ] as const) {
      history.add(frame(at, [stage('save', { passedOn })]));
    }
    expect(history.stages.get('save')?.map(({ rate }) => Math.round(rate))).toEqual([0, 100, 100, 100, 0]);
  });

  it('keeps two minutes, and draws as much as there is', () => {
    const history = new History();
    expect(history.windowMs).toBe(30_000);
    for (let at = 0; at <= 600_000; at += 500) history.add(frame(at, [stage('save')]));
    expect([history.samples.length, history.stages.get('save')?.length]).toEqual([241, 241]);
    expect(history.windowMs).toBe(120_000);
  });

  it('a stage that has ended stays in the picture, in its place, until another pipeline comes', () => {
    const history = new History();
    history.add(frame(0, [stage('read'), stage('save')]));
    history.add(frame(500, [stage('save')]));
    history.add(frame(600_000, []));
    expect(history.latest().map(({ stage: { name } }) => name)).toEqual(['read', 'save']);
    expect([...history.present]).toEqual([]);
    history.add(frame(600_500, [stage('load'), stage('store')]));
    expect(history.latest().map(({ stage: { name } }) => name)).toEqual(['load', 'store']);
  });

  it('says how long one stage has been the only bottleneck, through instants without any', () => {
    const history = new History();
    const at = (ms: number, name: string | null, forMs = 0) =>
      history.add(frame(ms, [], { bottleneck: name === null ? null : { stage: name, forMs } }));
    expect(history.cause()).toBeNull();
    at(0, 'early');
    at(500, 'save', 100);
    at(1000, null);
    at(2000, 'save', 50);
    expect(history.cause()).toEqual({ stage: 'save', forMs: 1600 });
    at(3000, null);
    expect(history.cause()).toEqual({ stage: 'save', forMs: 2600 });
    at(5000, null);
    expect(history.cause()).toBeNull();
    at(5500, 'late', 3000);
    expect(history.cause()).toEqual({ stage: 'late', forMs: 3000 });
  });
});

describe('the plan of the stages', () => {
  it('a chain, a fan-out, a fan-in, and names that go round', () => {
    const of = (links: Readonly<Record<string, readonly string[]>>) =>
      levelsOf(Object.entries(links).map(([name, below]) => ({ name, below })));
    expect(of({ a: ['b'], b: ['c'], c: [] })).toEqual([['a'], ['b'], ['c']]);
    expect(of({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })).toEqual([['a'], ['b', 'c'], ['d']]);
    expect(of({ a: ['c'], b: [], c: [] })).toEqual([['a', 'b'], ['c']]);
    expect(of({ a: ['b'], b: ['a'] })).toEqual([['a'], ['b']]);
    expect(of({ stage: ['stage'] })).toEqual([['stage']]);
    expect(of({ a: ['gone'] })).toEqual([['a']]);
  });
});

describe('lines', () => {
  const area = { width: 100, height: 10, from: 0, to: 100, most: 2 };
  it('are broken where nothing is known, and cut off at the top', () => {
    const points = [
      [0, 0],
      [50, 1],
      [60, null],
      [80, 9],
    ] as const;
    expect(linePath(points, area)).toBe('M0 10L50 5M80 0');
    expect(areaPath(points, area)).toBe('M0 10L0 10L50 5L50 10ZM80 10L80 0L80 10Z');
    expect([0, 0.5, 1.2, 3, 7, 20, 21].map((value) => niceMost(value))).toEqual([1, 1, 2, 5, 10, 20, 50]);
  });
});

describe('the connection', () => {
  it('reads events from whatever pieces they come in', () => {
    const told: string[] = [];
    const parser = new EventParser((event, data) => told.push(`${event} ${data}`));
    for (const letter of 'event: frame\ndata: {"a":1}\n\n: nothing\n\nevent: letters\ndata: {}\n\nevent: fr')
      parser.take(letter);
    expect(told).toEqual(['frame {"a":1}', 'letters {}']);
  });

  it.each([
    ['#token=abc', 'abc'],
    ['', null],
    ['#', null],
    ['#token=', null],
    ['#other=1', null],
  ])('the token of %p is %p', (hash, token) => {
    expect(tokenOf(hash)).toBe(token);
  });
});
