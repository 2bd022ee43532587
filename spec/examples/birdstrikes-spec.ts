import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { readCommandLine } from '../../examples/birdstrikes/commandLine.js';
import { compareKeys } from '../../examples/birdstrikes/compareKeys.js';
import { Strike, toReport, type Row } from '../../examples/birdstrikes/records.js';
import { SourceWatch, type SourceState } from '../../examples/birdstrikes/SourceWatch.js';
import { BirdstrikesProgram, ORPHANS_MILLISECONDS } from './birdstrikesProgram.js';
import { expectedOf, records } from './expectedStrikes.js';

const row = (line: number, changes: Readonly<Record<string, string>> = {}): Row => ({
  record: { ...records[line - 2], ...changes },
  info: { lines: line, bytes: 0 },
});

describe('the birdstrikes example', () => {
  let program: BirdstrikesProgram;
  afterEach(() => program.kill());

  it('brings every flight that is complete past the service into the table, and accounts for the rest', async () => {
    program = new BirdstrikesProgram();
    const { code, at, lastAt } = await program.ended;
    const expected = expectedOf(1);
    const { receipt, stages } = program;
    expect(receipt).toMatchObject({ in: 10_000, filtered: expected.filtered, cancelled: 0, bound: 320 });
    expect(receipt.delivered + receipt.filtered + receipt.deadLettered).toBe(10_000);
    expect(receipt.peakLive).toBeLessThanOrEqual(320);
    expect(program.detail('keys')).toBe(`${receipt.delivered} in the table, ${receipt.delivered} delivered: equal`);
    const invalid = program.letters('ingressProcessing', 'INVALID');
    expect(invalid).toEqual({ count: expected.invalid, line: 21, reason: 'speed_knots: is empty' });
    const unavailable = program.letters('asyncEgress', 'EXHAUSTED');
    expect(unavailable.reason).toBe('the service answered 503 Service Unavailable');
    const silent = program.letters('asyncEgress', 'TIMEOUT');
    expect(silent.reason).toBe('no answer within operationTimeoutMs (400)');
    // On a machine that is out of breath an answer may come too late: then a 503 counts as silence.
    expect(unavailable.count).toBeGreaterThan(0);
    expect(silent.count).toBeGreaterThanOrEqual(expected.silent);
    expect(unavailable.count + silent.count).toBeGreaterThanOrEqual(expected.unavailable + expected.silent);
    expect(receipt.deadLettered).toBe(invalid.count + unavailable.count + silent.count);
    expect(stages).toMatchObject({
      gateway: { passedOn: 10_000 - expected.filtered, gaveUp: 0 },
      keyGen: { passedOn: 10_000 - expected.filtered, gaveUp: 0 },
      ingressProcessing: { passedOn: 10_000 - expected.filtered - expected.invalid, gaveUp: expected.invalid },
      asyncEgress: { passedOn: receipt.delivered, gaveUp: unavailable.count + silent.count },
      finalSink: { passedOn: receipt.delivered, gaveUp: 0 },
    });
    expect(program.detail('may pass')).toMatch(/^\d+ dead letters: npm start -- --redrive sends them in again$/);
    expect(program.output).toMatch(/^starting the database and the service/m);
    expect(program.output).toMatch(/^ {2}gateway \d\.\d\d inbox \d+ credit -?\d+ \d+\/s · keyGen /m);
    expect(program.output).toMatch(/^read \d+ · .* · bottleneck \w+$/m);
    expect(program.output).not.toContain('\x1b');
    expect(program.output).not.toContain(' sluice: ');
    expect(code).toBe(0);
    expect(lastAt - at).toBeLessThan(ORPHANS_MILLISECONDS);
  }, 60_000);

  it('says what is wrong with an option, how to write it, and exits with 2', async () => {
    program = new BirdstrikesProgram(['--sink-delay', 'slow']);
    expect((await program.ended).code).toBe(2);
    expect(program.output).toContain('--sink-delay is "slow"; give whole milliseconds from 0 to 60000');
    expect(program.output).toContain('Usage: npm start');
  }, 20_000);
});

describe('the command line', () => {
  it.each([
    [[], { sinkDelay: 0, redrive: false, dashboard: false, seed: 1 }],
    [['--sink-delay', '20'], { sinkDelay: 20, redrive: false, dashboard: false, seed: 1 }],
    [['--sink-delay=60000', '--redrive'], { sinkDelay: 60_000, redrive: true, dashboard: false, seed: 1 }],
    [['--dashboard'], { sinkDelay: 0, redrive: false, dashboard: true, seed: 1 }],
    [['--seed', '0'], { sinkDelay: 0, redrive: false, dashboard: false, seed: 0 }],
    [['--seed', '2147483647'], { sinkDelay: 0, redrive: false, dashboard: false, seed: 2147483647 }],
  ])('%j: %j', (given, expected) => {
    expect(readCommandLine(given)).toEqual(expected);
  });

  it.each(['', ' ', '-1', '1.5', '1e3', 'NaN', 'Infinity', '60001', '0x10', '٣'])('refuses the delay %j', (text) => {
    expect(() => readCommandLine([`--sink-delay=${text}`])).toThrow(
      `--sink-delay is ${JSON.stringify(text)}; give whole milliseconds`,
    );
  });

  it.each(['', '-1', '1.5', '2147483648'])('refuses the seed %j', (text) => {
    expect(() => readCommandLine([`--seed=${text}`])).toThrow(
      `--seed is ${JSON.stringify(text)}; give a whole number from 0 to 2147483647`,
    );
  });

  it.each([['--sink-delay'], ['--slow'], ['20'], ['--help=yes'], ['--redrive=yes']])('refuses %s', (given) => {
    expect(() => readCommandLine([given])).toThrow();
  });

  it('knows --help', () => expect(readCommandLine(['--help'])).toBe('help'));
});

describe('a strike', () => {
  const messages = (changes: Readonly<Record<string, string>>) =>
    Strike.safeParse(toReport(row(2, changes))).error?.issues.map(
      ({ path, message }) => `${path.join('.')} ${message}`,
    );

  it('keeps the line as its key, and its numbers are numbers', () => {
    expect(Strike.parse(toReport(row(2, { 'Airport Name': ' BARKSDALE ' })))).toMatchObject({
      line: 2,
      airport: 'BARKSDALE',
      flight_date: '1990-01-08',
      wildlife_size: 'Large',
      speed_knots: 300,
    });
  });

  it.each([
    [{}, undefined],
    [{ 'Airport Name': '', 'Speed IAS in knots': ' ' }, ['airport is empty', 'speed_knots is empty']],
    [{ 'Cost Repair': 'much' }, ['cost_repair is not a whole number']],
    [{ 'Cost Other': '99999999999' }, ['cost_other is not a whole number']],
    [{ 'Cost Total $': '' }, ['cost_total is empty']],
    [{ 'Flight Date': '1990-02-31' }, ['flight_date is not a date']],
    [{ 'Flight Date': 'soon' }, ['flight_date is not a date']],
    [{ 'Flight Date': '' }, ['flight_date is empty']],
    [{ 'Wildlife Size': 'Huge' }, ['wildlife_size is not Small, Medium or Large']],
  ])('with %j: %j', (changes, expected) => {
    expect(messages(changes)).toEqual(expected);
  });

  it('a row that lacks its columns is refused for all of them', () => {
    const { error } = Strike.safeParse(toReport({ record: {}, info: { lines: 2, bytes: 0 } }));
    expect(error?.issues).toHaveLength(14);
  });
});

describe('compareKeys', () => {
  const none = new Set<number>();

  it('finds equal sets equal', () => {
    expect(compareKeys(new Set([2, 3]), new Set([3, 2]), none).equal).toBe(true);
  });

  it('names keys that are missing and keys that nobody delivered', () => {
    expect(compareKeys(new Set([2, 9]), new Set([2, 3, 4]), none)).toEqual({
      equal: false,
      text:
        '2 in the table, 3 delivered: they differ, 2 delivered but not in the table (line 3, 4), ' +
        '1 in the table but not delivered (line 9)',
    });
  });

  it('allows for abandoned records that were being written, and for no others', () => {
    expect(compareKeys(new Set([2, 3]), new Set([2]), new Set([3])).equal).toBe(true);
    expect(compareKeys(new Set([2, 3]), new Set([2]), new Set([4])).equal).toBe(false);
    expect(compareKeys(none, new Set([2]), new Set([2])).equal).toBe(false);
  });
});

describe('SourceWatch', () => {
  async function* arriving(milliseconds: number) {
    for (let line = 2; ; line++) {
      await sleep(milliseconds);
      yield row(line);
    }
  }

  it('calls a source stopped that is not pulled, and resumed when it is', async () => {
    const states: SourceState[] = [];
    const watch = new SourceWatch((state) => states.push(state));
    const rows = watch.watch(arriving(0));
    await rows.next();
    await rows.next();
    expect(states).toEqual([]);
    await sleep(80);
    expect(states).toEqual(['stopped']);
    await rows.next();
    expect(states).toEqual(['stopped', 'running']);
    expect(watch.stoppedMilliseconds).toBeGreaterThanOrEqual(70);
    await rows.return();
    expect(states).toEqual(['stopped', 'running', 'closed']);
    expect([watch.rows, watch.pulls, watch.stops]).toEqual([3, 3, 1]);
  });

  it('does not call a source stopped that is pulled and slow', async () => {
    const watch = new SourceWatch(() => {});
    const rows = watch.watch(arriving(80));
    await rows.next();
    const slow = rows.next();
    await sleep(60);
    expect([watch.state, watch.stops]).toEqual(['running', 0]);
    await slow;
    await rows.return();
  });
});
