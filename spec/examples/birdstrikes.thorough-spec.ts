import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BirdstrikesProgram, ORPHANS_MILLISECONDS, type Ending } from './birdstrikesProgram.js';
import { expectedOf } from './expectedStrikes.js';

const seed = Number(process.env['SLUICE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** The same moments for the same seed. */
function random(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const chance = random(seed);
const upTo = (milliseconds: number): number => Math.floor(chance() * milliseconds);

/** Three while the database starts, seven while records flow. */
const moments = Array.from({ length: 10 }, (_, index) =>
  index < 3
    ? { after: 'Wildlife strikes', first: upTo(1500), second: upTo(1500) }
    : { after: 'database and service ready', first: upTo(6000), second: upTo(1500) },
);

/** Past this a program has ignored the end of its drain. */
const DRAINED_WITHIN = 5000 + 500;

let program: BirdstrikesProgram;
afterEach(() => program.kill());

/** What every run must come to, however it ended. */
function expectBalance(): void {
  const { receipt } = program;
  expect(receipt.in).toBe(receipt.delivered + receipt.filtered + receipt.deadLettered + receipt.cancelled);
  expect(receipt.bound).toBe(320);
  expect(receipt.peakLive).toBeLessThanOrEqual(receipt.bound);
}

function expectNothingLeft({ at, lastAt }: Ending): void {
  expect(lastAt - at).toBeLessThan(ORPHANS_MILLISECONDS);
}

const UPSTREAM = ['gateway', 'keyGen', 'ingressProcessing', 'asyncEgress'];

describe('a slow sink', () => {
  it('is felt by every stage above it, stops the source, bounds what is live, and loses nothing', async () => {
    program = new BirdstrikesProgram(['--sink-delay', '20']);
    const ending = await program.ended;
    expect(ending.code).toBe(0);
    expectBalance();
    expect(program.receipt.in).toBe(10_000);
    expect(program.receipt.cancelled).toBe(0);
    const { delivered } = program.receipt;
    expect(program.detail('keys')).toBe(`${delivered} in the table, ${delivered} delivered: equal`);
    const { stages } = program;
    expect(UPSTREAM.filter((name) => (stages[name]?.highestPressure ?? 0) <= 0.6)).toEqual([]);
    expect(stages['gateway']?.throttleMs).toBeGreaterThan(0);
    expect(stages['finalSink']?.bottleneck).toBeGreaterThan(50);
    expect(Number(/, (\d+) times?$/.exec(program.detail('source'))?.[1])).toBeGreaterThanOrEqual(3);
    const changes = program.lines.filter((line) => line === 'source stopped' || line === 'source resumed');
    expect(changes.filter((line) => line === 'source stopped').length).toBeGreaterThanOrEqual(3);
    changes.forEach((line, index) => expect(line).toBe(index % 2 === 0 ? 'source stopped' : 'source resumed'));
    for (const [, live] of program.output.matchAll(/ live (\d+) · stops/g)) {
      expect(Number(live)).toBeLessThanOrEqual(320);
    }
    expectNothingLeft(ending);
  });
});

describe('a redrive', () => {
  it.each([1, 2])('of seed %d: what failed for a passing reason goes in again, and is accounted for', async (seed) => {
    program = new BirdstrikesProgram(['--redrive', '--seed', String(seed)]);
    const ending = await program.ended;
    expect(ending.code).toBe(0);
    expectBalance();
    const expected = expectedOf(seed);
    const [, sent, recovered, failedAgain] = (
      /^(\d+) records: (\d+) delivered, (\d+) dead letters again$/.exec(program.detail('redriven')) ?? []
    ).map(Number);
    expect(sent).toBe((recovered ?? NaN) + (failedAgain ?? NaN));
    // On a machine that is out of breath an answer may come too late as well.
    expect(sent).toBeGreaterThanOrEqual(expected.unavailable + expected.silent);
    expect(recovered).toBeGreaterThanOrEqual(expected.recovering - 1);
    expect(failedAgain).toBeGreaterThan(0);
    const { receipt } = program;
    expect(receipt.in).toBe(10_000 + (sent ?? NaN));
    expect(receipt.delivered).toBe(10_000 - expected.filtered - expected.invalid - (failedAgain ?? NaN));
    const given = program.letters('asyncEgress', 'EXHAUSTED').count + program.letters('asyncEgress', 'TIMEOUT').count;
    expect(given).toBe((sent ?? NaN) + (failedAgain ?? NaN));
    expect(program.detail('keys')).toBe(`${receipt.delivered} in the table, ${receipt.delivered} delivered: equal`);
    expect(program.output).not.toContain('may pass');
    expectNothingLeft(ending);
  });

  it('whose time does not come says so', async () => {
    program = new BirdstrikesProgram(['--redrive', '--sink-delay', '300']);
    await program.says(/^source stopped$/m);
    program.send('SIGINT');
    const ending = await program.ended;
    expect(ending.code).toBe(130);
    expectBalance();
    expect(program.detail('redriven')).toBe('nothing: the end was not reached');
    expect(program.detail('keys')).toMatch(/: equal/);
    expectNothingLeft(ending);
  });
});

describe(`ten random moments, SLUICE_SEED=${seed}`, () => {
  it.each(moments)(
    'SIGINT $first ms after "$after": no more pulls, all in flight ends, 130',
    async ({ after, first }) => {
      program = new BirdstrikesProgram(['--sink-delay', '20']);
      await program.says(new RegExp(`^${after}`, 'm'));
      await sleep(first);
      const sent = program.send('SIGINT');
      await program.says(/^SIGINT: no more pulls/m);
      const ending = await program.ended;
      expect(ending.code).toBe(130);
      expect(ending.at - sent).toBeLessThan(DRAINED_WITHIN);
      expectBalance();
      expect(program.receipt.cancelled).toBe(0);
      expect(program.detail('after signal')).toBe('0 pulls');
      // A pull that was under way may bring its row after the signal: it does not enter any more.
      const rows = Number(/^\d+/.exec(program.detail('source')));
      expect([0, 1]).toContain(rows - program.receipt.in);
      const started = /^database and service ready/m.test(program.output);
      if (started) expect(program.detail('keys')).toMatch(/: equal$/);
      else expect(program.receipt.in).toBe(0);
      expectNothingLeft(ending);
    },
  );

  it.each(moments)(
    'SIGINT $first ms after "$after", again $second ms later: gone at once',
    async ({ after, first, second }) => {
      program = new BirdstrikesProgram(['--sink-delay', '5000']);
      await program.says(new RegExp(`^${after}`, 'm'));
      await sleep(first);
      program.send('SIGINT');
      await sleep(second);
      const alreadyGone = program.hasEnded;
      const sent = program.send('SIGINT');
      const ending = await program.ended;
      expect(ending.code).toBe(130);
      if (!alreadyGone) expect(ending.at - sent).toBeLessThan(200);
      expectNothingLeft(ending);
    },
  );
});

describe('a drain that takes too long', () => {
  it('is given up after five seconds: the receipt counts what was abandoned, and no delivered key is missing', async () => {
    program = new BirdstrikesProgram(['--sink-delay', '2000']);
    await program.says(/^source stopped$/m);
    const sent = program.send('SIGINT');
    const ending = await program.ended;
    expect(ending.code).toBe(130);
    expect(ending.at - sent).toBeGreaterThanOrEqual(4900);
    expect(ending.at - sent).toBeLessThan(DRAINED_WITHIN);
    expectBalance();
    const { cancelled, delivered } = program.receipt;
    expect(cancelled).toBeGreaterThan(0);
    expect(delivered).toBeGreaterThan(0);
    expect(program.output).toContain(`cancelled ${cancelled} (DRAIN_DEADLINE ${cancelled})`);
    expect(program.detail('abandoned')).toMatch(new RegExp(`^${cancelled}, between lines \\d+ and \\d+$`));
    expect(program.detail('keys')).toMatch(/: equal/);
    expect(program.detail('after signal')).toBe('0 pulls');
    expectNothingLeft(ending);
  });
});

describe('other signals', () => {
  it('takes SIGTERM for SIGINT', async () => {
    program = new BirdstrikesProgram(['--sink-delay', '20']);
    await program.says(/^source stopped$/m);
    program.send('SIGTERM');
    const ending = await program.ended;
    expect(ending.code).toBe(130);
    expect(program.output).toMatch(/^SIGTERM: no more pulls/m);
    expectBalance();
    expectNothingLeft(ending);
  });

  it('under npm start takes the echo of a Ctrl-C for the same wish, and a third signal for the second', async () => {
    program = new BirdstrikesProgram(['--sink-delay', '2000'], { npm_lifecycle_event: 'start' });
    await program.says(/^source stopped$/m);
    program.send('SIGINT');
    await program.says(/^SIGINT/m);
    program.send('SIGINT');
    await sleep(500);
    expect(program.hasEnded).toBe(false);
    const sent = program.send('SIGINT');
    const ending = await program.ended;
    expect(ending.code).toBe(130);
    expect(ending.at - sent).toBeLessThan(200);
    expectNothingLeft(ending);
  });
});
