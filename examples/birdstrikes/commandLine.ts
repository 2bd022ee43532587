import { parseArgs } from 'node:util';

export interface CommandLine {
  /** Milliseconds that each write waits before it begins. */
  readonly sinkDelay: number;
}

export const USAGE = `Usage: npm start [-- --sink-delay <milliseconds>]

  --sink-delay <milliseconds>  slow each write down, to see the source stop (0 to 60000, default 0)
  --help                       show this text`;

const LONGEST_DELAY = 60_000;

/** @returns what was asked for, or 'help' */
export function readCommandLine(given: readonly string[]): CommandLine | 'help' {
  const { values } = parseArgs({
    args: [...given],
    options: { 'sink-delay': { type: 'string', default: '0' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return 'help';
  return { sinkDelay: readDelay(values['sink-delay']) };
}

function readDelay(text: string): number {
  const delay = /^\d+$/.test(text) ? Number(text) : NaN;
  if (delay >= 0 && delay <= LONGEST_DELAY) return delay;
  throw new Error(
    `--sink-delay is ${JSON.stringify(text)}; give whole milliseconds from 0 to ${LONGEST_DELAY}, as in --sink-delay 20`,
  );
}
