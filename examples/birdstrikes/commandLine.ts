import { parseArgs } from 'node:util';

export interface CommandLine {
  /** Milliseconds that each write waits before it begins. */
  readonly sinkDelay: number;
  /** Whether letters that failed for passing reasons go in again at the end. */
  readonly redrive: boolean;
  /** Whether a page shows the job as it runs. */
  readonly dashboard: boolean;
  /** Decides which requests the service answers late, with a 503, or never. */
  readonly seed: number;
}

export const USAGE = `Usage: npm start [-- [--sink-delay <milliseconds>] [--redrive] [--dashboard] [--seed <number>]]

  --sink-delay <milliseconds>  slow each write down, to see the source stop (0 to 60000, default 0)
  --redrive                    at the end, send in again what failed for a reason that may have passed
  --dashboard                  show the job as it runs in a page of the browser; prints its address
  --seed <number>              which requests the service answers late, with a 503 or never (default 1)
  --help                       show this text`;

const LONGEST_DELAY = 60_000;
const LARGEST_SEED = 2 ** 31 - 1;

/** @returns what was asked for, or 'help' */
export function readCommandLine(given: readonly string[]): CommandLine | 'help' {
  const { values } = parseArgs({
    args: [...given],
    options: {
      'sink-delay': { type: 'string', default: '0' },
      redrive: { type: 'boolean', default: false },
      dashboard: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    sinkDelay: readNumber('--sink-delay', values['sink-delay'], 'whole milliseconds', LONGEST_DELAY, 20),
    redrive: values.redrive,
    dashboard: values.dashboard,
    seed: readNumber('--seed', values.seed, 'a whole number', LARGEST_SEED, 1),
  };
}

function readNumber(option: string, text: string, what: string, most: number, example: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number <= most) return number;
  throw new Error(
    `${option} is ${JSON.stringify(text)}; give ${what} from 0 to ${most}, as in ${option} ${String(example)}`,
  );
}
