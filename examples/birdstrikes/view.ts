import type { StageGauge } from './Gauges.js';
import type { SourceState } from './SourceWatch.js';

/** What is drawn. */
export interface Status {
  /** How much of the file has been read, 0 to 1. */
  readonly share: number;
  readonly read: number;
  readonly delivered: number;
  readonly deadLetters: number;
  readonly filtered: number;
  readonly live: number;
  /** What the stages hold together at most. */
  readonly bound: number;
  readonly source: SourceState;
  readonly stops: number;
  /** Records that are going in again; null before that. */
  readonly redriven: number | null;
  readonly health: string;
  readonly bottleneck: { readonly stage: string; readonly forMs: number } | null;
  readonly stages: readonly StageGauge[];
}

export type Format = 'dim' | 'bold' | 'green' | 'yellow' | 'red' | 'cyan';
export type Paint = (format: Format, text: string) => string;

/** Text that is painted after it has been cut to the width of the terminal. */
type Piece = string | readonly [Format, string];

const WIDEST = 96;
const BAR = 10;
const PARTS = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** One or two lines for a log. */
export function plainLines({ read, delivered, deadLetters, live, stops, bottleneck, stages }: Status): string[] {
  const counts = `read ${read} · delivered ${delivered} · dead letters ${deadLetters} · live ${live} · stops ${stops}`;
  const gauges = stages.map(
    ({ name, pressure, inbox, credit, rate }) =>
      `${name} ${pressure.toFixed(2)} inbox ${inbox} credit ${credit} ${rate.toFixed(0)}/s`,
  );
  const first = bottleneck === null ? counts : `${counts} · bottleneck ${bottleneck.stage}`;
  return gauges.length === 0 ? [first] : [first, `  ${gauges.join(' · ')}`];
}

/** The lines for a terminal of so many columns, always as many of them. */
export function screenLines(status: Status, columns: number, paint: Paint = (_, text) => text): string[] {
  const width = Math.min(WIDEST, columns) - 1;
  const lines = [
    [],
    progressLine(status, width),
    [],
    [
      [
        'dim',
        `    ${'stage'.padEnd(18)}  ${'pressure'.padEnd(BAR + 5)}  ${row('inbox', 'credit', 'rate', 'throttle')}`,
      ],
    ],
    ...status.stages.map(stageLine),
    [],
    countsLine(status),
    healthLine(status),
  ] satisfies (readonly Piece[])[];
  return lines.map((pieces) => paintCut(pieces, width, paint));
}

function progressLine({ share, read, source, stops, redriven }: Status, width: number): Piece[] {
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %  `;
  const state =
    redriven === null ? `source ${source}` : `${String(redriven)} dead letter${redriven === 1 ? '' : 's'} in again`;
  const counts = `  ${read} rows · `;
  const times = stops > 0 && redriven === null ? ` · stopped ${stops}×` : '';
  // Room for the longest texts, so that the bar keeps its length.
  const bar = Math.max(8, width - percent.length - '  10000 rows · source stopped · stopped 999×'.length - 2);
  const full = Math.round(share * bar);
  return [
    `  ${percent}`,
    ['cyan', '━'.repeat(full)],
    ['dim', '─'.repeat(bar - full)],
    counts,
    [source === 'stopped' ? 'yellow' : 'green', state],
    ['dim', times],
  ];
}

function stageLine({ name, pressure, inbox, credit, rate, throttleMs, isBottleneck }: StageGauge): Piece[] {
  const format = formatOf(pressure);
  const throttle = throttleMs > 0 ? `${throttleMs.toFixed(0)} ms` : '–';
  return [
    isBottleneck ? ['red', '  ▶ '] : '    ',
    isBottleneck ? ['bold', name.padEnd(18)] : name.padEnd(18),
    '  ',
    [format, bar(pressure)],
    ` ${pressure.toFixed(2)}`,
    `  ${row(String(inbox), String(credit), `${rate.toFixed(0)}/s`, throttle)}`,
  ];
}

function countsLine({ delivered, deadLetters, filtered, live, bound }: Status): Piece[] {
  return [
    `  ${delivered} delivered · `,
    [deadLetters > 0 ? 'yellow' : 'dim', `${deadLetters} dead letters`],
    ` · ${filtered} filtered · ${live} live of at most ${bound}`,
  ];
}

function healthLine({ health, bottleneck, stages }: Status): Piece[] {
  const highest = Math.max(0, ...stages.map(({ pressure }) => pressure));
  const since = Math.floor((bottleneck?.forMs ?? 0) / 1000);
  const held = bottleneck === null ? '' : ` · bottleneck ${bottleneck.stage}`;
  return ['  ', [formatOf(highest), '●'], ` ${health}`, ['bold', held], since > 0 ? ` for ${since} s` : ''];
}

function row(inbox: string, credit: string, rate: string, throttle: string): string {
  return `${inbox.padStart(5)}  ${credit.padStart(6)}  ${rate.padStart(8)}  ${throttle.padStart(8)}`;
}

function formatOf(pressure: number): Format {
  if (pressure > 0.8) return 'red';
  return pressure > 0.6 ? 'yellow' : 'green';
}

/** A bar in steps of an eighth of a character. */
function bar(level: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, level)) * BAR * 8);
  const full = '█'.repeat(eighths >> 3);
  return (full + (eighths % 8 === 0 ? '' : (PARTS[eighths % 8] ?? ''))).padEnd(BAR);
}

function paintCut(pieces: readonly Piece[], width: number, paint: Paint): string {
  let left = Math.max(0, width);
  let line = '';
  for (const piece of pieces) {
    const [format, text] = typeof piece === 'string' ? [null, piece] : piece;
    const cut = text.slice(0, left);
    left -= cut.length;
    line += format === null || cut === '' ? cut : paint(format, cut);
  }
  return line;
}
