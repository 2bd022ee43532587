import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ImpactService } from '../../../examples/birdstrikes/ImpactService.js';
import { Strike, toReport } from '../../../examples/birdstrikes/records.js';
import { behaviourOf, type Behaviour } from '../../../examples/birdstrikes/serviceBehaviour.js';
import { records } from '../expectedStrikes.js';

const SEED = 7;
const lines = Array.from({ length: 10_000 }, (_, index) => index + 2);
const answers = (line: number, attempts: readonly number[]): Behaviour['answer'][] =>
  attempts.map((attempt) => behaviourOf(SEED, line, attempt).answer);

/** The first line for which the service behaves so. */
const lineWith = (...expected: Behaviour['answer'][]): number =>
  lines.find((line) => answers(line, [1, 2]).join().startsWith(expected.join())) ?? 0;

describe('the behaviour of the service', () => {
  it('is the same for the same seed, line and attempt, and another for another seed', () => {
    const of = (seed: number) => lines.map((line) => behaviourOf(seed, line, 1));
    expect(of(SEED)).toEqual(of(SEED));
    expect(of(SEED)).not.toEqual(of(SEED + 1));
  });

  it('fails some records for good, some until a second run, and most not at all', () => {
    const failures = lines.map((line) => answers(line, [1, 2, 3, 4, 5, 6]).indexOf('result'));
    const share = (count: number) => failures.filter((failed) => failed === count).length / lines.length;
    expect(share(0)).toBeGreaterThan(0.93);
    expect(share(1)).toBeCloseTo(0.03, 2);
    expect(share(4)).toBeGreaterThan(0.002);
    expect(share(-1)).toBeGreaterThan(0.0002);
    expect(share(-1)).toBeLessThan(0.002);
  });

  it('answers within 22 ms, two in a hundred within 142, and now and then not', () => {
    const all = lines.map((line) => behaviourOf(SEED, line, 1));
    const slow = all.filter(({ latencyMs }) => latencyMs > 22);
    expect(slow.length / lines.length).toBeCloseTo(0.02, 2);
    for (const { latencyMs } of all) expect(latencyMs).toBeLessThanOrEqual(142);
    for (const { latencyMs } of all) expect(latencyMs).toBeGreaterThanOrEqual(8);
    expect(new Set(all.map(({ answer }) => answer))).toEqual(new Set(['result', 'unavailable', 'never']));
  });
});

describe('the service, in a process of its own', () => {
  let service: ImpactService;
  beforeAll(async () => {
    service = await ImpactService.start(SEED);
  }, 20_000);
  afterAll(() => service?.stop());

  const strike = (line: number, knots = '300') =>
    Strike.parse(toReport({ record: { ...records[0], 'Speed IAS in knots': knots }, info: { lines: line, bytes: 0 } }));
  const assess = (line: number, attempt: number, { redrives = 0, signal = new AbortController().signal } = {}) =>
    service.assess(strike(line), { attempt, signal, record: { redrives } });

  it('adds the energy of the impact: 4 kg at 300 knots', async () => {
    const line = lineWith('result');
    expect(await assess(line, 1)).toEqual({ ...strike(line), impact_kilojoules: 47.6 });
  });

  it('answers 503 to the attempts that the seed has chosen, and not to the next', async () => {
    const line = lineWith('unavailable', 'result');
    await expect(assess(line, 1)).rejects.toThrow('the service answered 503 Service Unavailable');
    await expect(assess(line, 2)).resolves.toMatchObject({ line });
  });

  it('counts the attempts of a record that was sent in again onwards', async () => {
    const line = lines.find((line) => answers(line, [1, 4, 5]).join() === 'unavailable,unavailable,result') ?? 0;
    await expect(assess(line, 1, { redrives: 1 })).rejects.toThrow('503');
    await expect(assess(line, 2, { redrives: 1 })).resolves.toMatchObject({ line });
  });

  it('hangs where the seed says so, until the request is given up', async () => {
    const controller = new AbortController();
    let state = 'pending';
    const hanging = assess(lineWith('never'), 1, { signal: controller.signal }).then(
      () => (state = 'answered'),
      () => (state = 'given up'),
    );
    await sleep(100);
    expect(state).toBe('pending');
    controller.abort();
    await hanging;
    expect(state).toBe('given up');
  });

  it('is gone when it has been stopped', async () => {
    const other = await ImpactService.start(SEED);
    await other.stop();
    const info = { attempt: 1, signal: new AbortController().signal, record: { redrives: 0 } };
    await expect(other.assess(strike(2), info)).rejects.toThrow('fetch failed');
    await other.stop();
  }, 20_000);
});
