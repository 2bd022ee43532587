import { describe, expect, it } from '@jest/globals';
import { Assignment } from '../../lib/control/Assignment.js';
import { ActivityClock } from '../../lib/control/ActivityClock.js';
import { ConcurrencyLimit, sharedLimit } from '../../lib/control/ConcurrencyLimit.js';
import { hashKey } from '../../lib/control/hashKey.js';
import { nextHealth } from '../../lib/control/health.js';
import { DEFAULT_FORMULAS, signalsOf, stagePressure, type Signals } from '../../lib/control/pressure.js';
import { StageMeter } from '../../lib/control/StageMeter.js';
import { classicThrottle, continuousThrottle } from '../../lib/control/throttle.js';
import { TokenBucket } from '../../lib/control/TokenBucket.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';

const thresholds = { moderate: 0.6, high: 0.8, critical: 0.9 };
const signals = (some: Partial<Signals>): Signals => ({ q: 0, c: 0, l: 0, e: 0, ...some });

describe('the pressure of a stage', () => {
  it.each([
    ['gateway', { q: 1, l: 0.5 }, 0.9],
    ['keyGen', { q: 1, c: 1, l: 1 }, 1],
    ['ingressProcessing', { q: 1, c: 1 }, 0.8],
    ['asyncEgress', { c: 1, l: 1 }, 1],
    ['asyncEgress', { c: 1 }, 0.4],
    ['finalSink', { q: 1 }, 0.7],
    ['other', { q: 0.2, c: 0.4 }, 0.4],
  ] as const)('of a %s with %j', (kind, some, expected) => {
    expect(stagePressure(signals(some), DEFAULT_FORMULAS[kind], thresholds)).toBeCloseTo(expected, 10);
  });

  it('is at least high where most work fails, and critical where all of it fails', () => {
    const of = (e: number) => stagePressure(signals({ e }), DEFAULT_FORMULAS.other, thresholds);
    expect([of(0.5), of(0.51), of(1)]).toEqual([0, 0.8, 0.9]);
  });

  it('takes fills against what the limits of the pipeline can reach', () => {
    const reading = {
      capacity: 1000,
      reachable: 100,
      buffered: 50,
      held: 100,
      availableCredits: 0,
      latencyMs: 250,
      stalledMs: 0,
      errorShare: 0,
      trigger: 0,
      activity: 'busy',
      settledHere: 0,
      passedOn: 0,
    } as const;
    expect(signalsOf(reading, 1000)).toEqual({ q: 0.5, c: 1, l: 0.25, e: 0 });
  });
});

describe('throttle and health', () => {
  it('a continuous curve begins at its threshold, the classic steps are 20, 50 and 100 ms', () => {
    const curve = continuousThrottle(0.6, 100);
    expect([0, 0.6, 0.8, 1].map(curve)).toEqual([0, 0, expect.closeTo(50, 6), 100]);
    expect([0.6, 0.61, 0.81, 0.91].map(classicThrottle(0.6, 0.8, 0.9))).toEqual([0, 20, 50, 100]);
  });

  it('a health band is entered at once and left past the hysteresis', () => {
    expect(nextHealth('healthy', 0.85)).toBe('critical');
    expect(nextHealth('critical', 0.79)).toBe('critical');
    expect(nextHealth('critical', 0.74)).toBe('high');
    expect(nextHealth('moderate', 0)).toBe('healthy');
  });
});

describe('limits', () => {
  it('a token bucket fills by time, no further than its burst, and not when a clock goes back', () => {
    const bucket = new TokenBucket(1000, 2, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([true, true, false]);
    expect([bucket.waitMs(1, 0), bucket.waitMs(2, 0)]).toEqual([1, 2]);
    expect([bucket.take(1), bucket.take(1)]).toEqual([true, false]);
    expect(bucket.available(1000)).toBe(2);
    bucket.spend(2);
    expect(bucket.available(500)).toBe(0);
  });

  it('a limit calls those that wait in their turn, while there are places that nobody took', () => {
    const limit = new ConcurrencyLimit(1);
    const called: string[] = [];
    const again = (name: string) => () => void called.push(name);
    expect([limit.take(again('a')), limit.take(again('b')), limit.take(again('c'))]).toEqual([true, false, false]);
    limit.give();
    expect(called).toEqual(['b', 'c']);
  });

  it.each([0, -1, 1.5, NaN, Infinity, '5' as unknown as number])(
    'a shared limit of %p is an error with a remedy',
    (most) => {
      const error = thrownBy(() => sharedLimit(most));
      expect([codeIn(error), messageIn(error)]).toEqual([
        'OPTION',
        expect.stringMatching(/^sharedLimit: .* whole number of at least 1/),
      ]);
    },
  );
});

describe('keys and their groups', () => {
  it('hashes to the same numbers in every run: these are the bytes, not the process', () => {
    expect(['', 'a', 'key', 'ž', '😀', '\ud800', '__proto__'].map(hashKey)).toEqual(GOLDEN);
    expect([hashKey(1), hashKey(1n)]).toEqual([hashKey('1'), hashKey('1')]);
    expect(hashKey(Uint8Array.of(0x61))).toBe(hashKey('a'));
    expect([hashKey({}), hashKey(null), hashKey(undefined)]).toEqual([undefined, undefined, undefined]);
  });

  it('moves a group from the busiest partition to the idlest, and only if that helps', () => {
    const assignment = new Assignment(2, 4);
    expect([0, 1, 2, 3].map((group) => assignment.partitionOf(group))).toEqual([0, 0, 1, 1]);
    for (let n = 0; n < 20; n++) assignment.began(0, 0);
    expect(assignment.rebalance(5, 1)).toBeNull();
    for (let n = 0; n < 20; n++) assignment.began(1, 0);
    expect(assignment.rebalance(50, 1)).toBeNull();
    expect(assignment.rebalance(5, 1)).toEqual({ group: 0, from: 0, to: 1 });
    expect([assignment.partitionOf(0), assignment.moves, assignment.inFlightOf(0)]).toEqual([1, 1, 40]);
  });
});

describe('what is measured', () => {
  it('decays: half is left after the half-life, and nothing is said of what is long ago', () => {
    let now = 0;
    const meter = new StageMeter(() => now, 1000);
    meter.observe(100, true);
    now = 1000;
    meter.observe(400, false);
    expect(meter.latencyMs).toBeCloseTo((100 * 0.5 + 400) / 1.5, 6);
    expect(meter.errorShare).toBeCloseTo(0.5 / 1.5, 6);
    now = 60_000;
    expect([meter.latencyMs, meter.errorShare]).toEqual([0, 0]);
  });

  it('makes up for what was not timed: it succeeded, and took as long as what was timed last', () => {
    const meter = new StageMeter(() => 0, 1000);
    meter.observe(8, false);
    meter.failed();
    meter.makeUpFor(3);
    meter.makeUpFor(3);
    expect(meter.latencyMs).toBe(8);
    expect(meter.errorShare).toBe(1 / 4);
  });

  it('the shares of a second always sum to 1000', () => {
    const clock = new ActivityClock(0);
    clock.enter('busy', 1);
    clock.enter('backPressured', 2);
    expect(clock.read(3)).toEqual({ idle: 334, busy: 333, backPressured: 333 });
    expect(clock.read(6)).toEqual({ idle: 0, busy: 0, backPressured: 1000 });
    clock.enter('idle', 6);
    expect(clock.read(6)).toEqual({ idle: 1000, busy: 0, backPressured: 0 });
  });
});

const GOLDEN: readonly number[] = [2872998923, 444641715, 979252733, 2723661122, 855877642, 1205388858, 3182021803];
