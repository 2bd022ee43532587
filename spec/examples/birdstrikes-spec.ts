import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { readCommandLine } from '../../examples/birdstrikes/commandLine.js';
import { compareKeys } from '../../examples/birdstrikes/compareKeys.js';
import { liveLine, plainLine, type Status } from '../../examples/birdstrikes/Progress.js';
import { toReport, validate, type Row } from '../../examples/birdstrikes/records.js';
import { SourceWatch, type SourceState } from '../../examples/birdstrikes/SourceWatch.js';
import { BirdstrikesProgram, ORPHANS_MILLISECONDS } from './birdstrikesProgram.js';

const FILE = join(createRequire(import.meta.url).resolve('vega-datasets'), '../../data/birdstrikes.csv');
const records: Record<string, string>[] = parse(readFileSync(FILE), { columns: true });

const row = (line: number, changes: Readonly<Record<string, string>> = {}): Row => ({
  record: { ...records[line - 2], ...changes },
  info: { lines: line, bytes: 0 },
});

describe('the birdstrikes example', () => {
  let program: BirdstrikesProgram;
  afterEach(() => program.kill());

  it('brings every flight that is complete into the table, accounts for the rest, and leaves nothing behind', async () => {
    program = new BirdstrikesProgram();
    const { code, at, lastAt } = await program.ended;
    const flights = records.filter((record) => !['Taxi', 'Parked'].includes(record['Phase of flight'] ?? ''));
    const complete = flights.filter((record) => Object.values(record).every((field) => field !== ''));
    expect(program.receipt).toEqual({
      in: 10_000,
      delivered: complete.length,
      filtered: 10_000 - flights.length,
      deadLettered: flights.length - complete.length,
      cancelled: 0,
      peakLive: program.receipt.peakLive,
      bound: 128,
    });
    expect(program.receipt.peakLive).toBeLessThanOrEqual(128);
    expect(program.detail('keys')).toBe(`${complete.length} in the table, ${complete.length} delivered: equal`);
    expect(program.output).toMatch(/^starting the database/m);
    expect(program.output).not.toContain('\x1b');
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
    [[], 0],
    [['--sink-delay', '20'], 20],
    [['--sink-delay=60000'], 60_000],
  ])('%j: a delay of %d', (given, sinkDelay) => {
    expect(readCommandLine(given)).toEqual({ sinkDelay });
  });

  it.each(['', ' ', '-1', '1.5', '1e3', 'NaN', 'Infinity', '60001', '0x10', '٣'])('refuses the delay %j', (text) => {
    expect(() => readCommandLine([`--sink-delay=${text}`])).toThrow(
      `--sink-delay is ${JSON.stringify(text)}; give whole milliseconds`,
    );
  });

  it.each([['--sink-delay'], ['--slow'], ['20'], ['--help=yes']])('refuses %s', (given) => {
    expect(() => readCommandLine([given])).toThrow();
  });

  it('knows --help', () => expect(readCommandLine(['--help'])).toBe('help'));
});

describe('validate', () => {
  it('keeps the line as the key and types the numbers', () => {
    const strike = validate(toReport(row(2)));
    expect(strike.line).toBe(2);
    expect(strike.fields.at(-1)).toBe(300);
    expect(strike.fields.at(0)).toBe('BARKSDALE AIR FORCE BASE ARPT');
  });

  it.each([
    [{ 'Airport Name': '', 'Speed IAS in knots': ' ' }, 'Airport Name, Speed IAS in knots empty'],
    [{ 'Cost Repair': 'much' }, 'Cost Repair not a whole number'],
    [{ 'Cost Other': '99999999999' }, 'Cost Other not a whole number'],
    [{ 'Flight Date': '1990-02-31' }, 'Flight Date not a date'],
    [{ 'Flight Date': 'soon' }, 'Flight Date not a date'],
  ])('refuses %j as INVALID', (changes, message) => {
    const report = toReport(row(2, changes));
    expect(() => validate(report)).toThrow(expect.objectContaining({ code: 'INVALID', message }));
  });

  it('refuses a row that lacks its columns', () => {
    expect(() => validate(toReport({ record: {}, info: { lines: 2, bytes: 0 } }))).toThrow(/^Airport Name, .* empty$/);
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

describe('the progress', () => {
  const status: Status = {
    share: 0.614,
    read: 6104,
    written: 4310,
    deadLetters: 1720,
    live: 74,
    source: 'stopped',
    stops: 12,
  };

  it('is one plain line in a log', () => {
    expect(plainLine(status)).toBe('read 6104 · written 4310 · dead letters 1720 · live 74 · stops 12');
  });

  it('is a bar and the counts on a terminal', () => {
    expect(liveLine(status, 100)).toBe(
      '━━━━━━━━━━━━━━━━━━────────────  61 %  4310 written · 1720 dead letters · 74 live · source stopped',
    );
  });

  it.each([0, 1, 3, 20, 40, 66, 67, 68, 69, 72, 73, 80, 100, 200])('keeps within %d columns', (columns) => {
    expect(liveLine(status, columns).length).toBeLessThanOrEqual(Math.max(0, columns - 3));
  });
});
