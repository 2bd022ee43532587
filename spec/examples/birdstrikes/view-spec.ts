import { describe, expect, it } from '@jest/globals';
import { Progress } from '../../../examples/birdstrikes/Progress.js';
import { plainLines, screenLines, type Status } from '../../../examples/birdstrikes/view.js';

const gauge = (name: string, pressure: number, inbox: number, throttleMs = 0) => ({
  name,
  pressure,
  inbox,
  credit: 64 - inbox,
  rate: 437.4,
  throttleMs,
  isBottleneck: name === 'finalSink',
});

const status: Status = {
  share: 0.614,
  read: 6104,
  delivered: 4310,
  deadLetters: 1720,
  filtered: 18,
  live: 274,
  bound: 320,
  source: 'stopped',
  stops: 12,
  redriven: null,
  health: 'critical pressure',
  bottleneck: { stage: 'finalSink', forMs: 3210 },
  stages: [
    gauge('gateway', 0.8, 64, 50.2),
    gauge('keyGen', 0.9, 64, 75),
    gauge('ingressProcessing', 0.06, 0),
    gauge('asyncEgress', 1, 3, 100),
    gauge('finalSink', 0.63, 58, 7),
  ],
};

describe('the view', () => {
  it('is two plain lines in a log, and one before there are stages', () => {
    expect(plainLines(status)).toEqual([
      'read 6104 · delivered 4310 · dead letters 1720 · live 274 · stops 12 · bottleneck finalSink',
      '  gateway 0.80 inbox 64 credit 0 437/s · keyGen 0.90 inbox 64 credit 0 437/s · ' +
        'ingressProcessing 0.06 inbox 0 credit 64 437/s · asyncEgress 1.00 inbox 3 credit 61 437/s · ' +
        'finalSink 0.63 inbox 58 credit 6 437/s',
    ]);
    expect(plainLines({ ...status, stages: [], bottleneck: null })).toEqual([
      'read 6104 · delivered 4310 · dead letters 1720 · live 274 · stops 12',
    ]);
  });

  it('is a picture on a terminal of 80 columns', () => {
    expect(screenLines(status, 80).map((line) => line.trimEnd())).toEqual([
      '',
      '   61 %  ━━━━━━━━━━━━━━━━──────────  6104 rows · source stopped · stopped 12×',
      '',
      '    stage               pressure         inbox  credit      rate  throttle',
      '    gateway             ████████   0.80     64       0     437/s     50 ms',
      '    keyGen              █████████  0.90     64       0     437/s     75 ms',
      '    ingressProcessing   ▋          0.06      0      64     437/s         –',
      '    asyncEgress         ██████████ 1.00      3      61     437/s    100 ms',
      '  ▶ finalSink           ██████▎    0.63     58       6     437/s      7 ms',
      '',
      '  4310 delivered · 1720 dead letters · 18 filtered · 274 live of at most 320',
      '  ● critical pressure · bottleneck finalSink for 3 s',
    ]);
  });

  it('says so when dead letters go in again', () => {
    const again = (redriven: number) => screenLines({ ...status, share: 1, redriven }, 80)[1];
    expect(again(46)).toBe('  100 %  ━━━━━━━━━━━━━━━━━━━━━━━━━━  6104 rows · 46 dead letters in again');
    expect(again(1)).toMatch(/· 1 dead letter in again$/);
  });

  it.each([0, 1, 3, 20, 40, 79, 80, 100, 200])('keeps within %d columns, in as many lines', (columns) => {
    const lines = screenLines({ ...status, stops: 999, read: 10_000, share: 1 }, columns);
    expect(lines).toHaveLength(12);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(0, columns - 1));
  });

  it('is cut before it is painted, so that no colour is left open', () => {
    const painted = screenLines(status, 30, (format, text) => `<${format}>${text}</>`);
    for (const line of painted) expect(line.replace(/<\w+>[^<]*<\/>/g, '')).not.toMatch(/[<>]/);
    expect(painted.map((line) => line.replace(/<\/?\w*>/g, ''))).toEqual(screenLines(status, 30));
  });
});

describe('the progress on a terminal', () => {
  /** A terminal that understands what is written to it. */
  function terminal(rows: number) {
    const screen: string[] = [''];
    let line = 0;
    const writes: string[] = [];
    const write = (text: string): boolean => {
      writes.push(text);
      for (const [, sequence, plain] of text.matchAll(/\x1b\[([?\d]*[A-Za-z])|([^\x1b]+)/g)) {
        if (plain !== undefined) {
          for (const part of plain.split(/(\n)/)) {
            if (part === '\n') screen[++line] ??= '';
            else if (part.replace('\r', '') !== '') screen[line] = part.replace('\r', '');
          }
        } else if (sequence?.endsWith('A') === true) line -= Number(sequence.slice(0, -1));
        else if (sequence === 'J') screen.length = line + 1;
      }
      if (text.includes('\x1b[J')) screen[line] = '';
      return true;
    };
    const out = { isTTY: true, columns: 80, rows, write } as unknown as NodeJS.WriteStream;
    return { out, screen, writes };
  }

  it('writes over its picture in one piece, keeps what was said above it, and goes at the end', () => {
    const { out, screen, writes } = terminal(24);
    const before = process.env['NO_COLOR'];
    process.env['NO_COLOR'] = '1';
    const progress = new Progress(out);
    progress.say('begun');
    progress.followStatus(() => status);
    progress.say('said meanwhile');
    expect(screen.slice(0, 2)).toEqual(['begun', 'said meanwhile']);
    expect(screen.slice(2, 14)).toEqual(screenLines(status, 80));
    const frames = writes.filter((text) => text.includes('pressure'));
    for (const frame of frames) {
      expect(frame.startsWith('\x1b[?2026h')).toBe(true);
      expect(frame.endsWith('\x1b[?2026l')).toBe(true);
      expect(frame).not.toContain('\x1b[2J');
    }
    progress.stop();
    expect(screen.filter((line) => line !== '')).toEqual(['begun', 'said meanwhile']);
    expect(writes.at(-1)).toBe('\x1b[?25h');
    if (before === undefined) delete process.env['NO_COLOR'];
    else process.env['NO_COLOR'] = before;
  });

  it('leaves lines out rather than scroll', () => {
    const { out, screen } = terminal(6);
    const progress = new Progress(out);
    progress.followStatus(() => status);
    expect(screen.length).toBeLessThanOrEqual(6);
    progress.stop();
  });
});
