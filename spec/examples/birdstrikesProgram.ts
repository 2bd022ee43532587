import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a program started may take this long to be gone after it: a database's memory is not given back in no time. */
export const ORPHANS_MILLISECONDS = 1000;

/** How a program ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** When it ended, on the clock of `performance.now()`. */
  readonly at: number;
  /**
   * When the last process that could write into its output had ended. A process group is no measure of that: it lives
   * as long as nobody has asked how its dead ended.
   */
  readonly lastAt: number;
}

/** The numbers of a receipt. */
export interface Receipt {
  readonly in: number;
  readonly delivered: number;
  readonly filtered: number;
  readonly deadLettered: number;
  readonly cancelled: number;
  readonly peakLive: number;
  readonly bound: number;
}

/** One stage in the table of a receipt. */
export interface StageRow {
  readonly passedOn: number;
  readonly gaveUp: number;
  readonly meanPressure: number;
  readonly highestPressure: number;
  readonly throttleMs: number;
  /** Percent of the time. */
  readonly bottleneck: number;
}

/** The program of `npm start` in a process of its own, which is also a process group of its own. */
export class BirdstrikesProgram {
  output = '';
  readonly ended: Promise<Ending>;
  private readonly child: ChildProcess;
  private readonly listeners = new Set<() => void>();

  constructor(given: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
    this.child = spawn(process.execPath, ['--import', 'tsx', 'examples/birdstrikes/main.ts', ...given], {
      cwd: ROOT,
      env: { ...Object.fromEntries(inherited), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const heard = (text: string): void => {
      this.output += text;
      for (const listener of this.listeners) listener();
    };
    this.child.stdout?.setEncoding('utf8').on('data', heard);
    this.child.stderr?.setEncoding('utf8').on('data', heard);
    let at = NaN;
    this.child.once('exit', () => (at = performance.now()));
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve({ code, signal, at, lastAt: performance.now() }));
    });
  }

  get lines(): string[] {
    return this.output.split('\n');
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves when the output has it; rejects when the program ends without. */
  async says(pattern: RegExp): Promise<void> {
    const said = new Promise<void>((resolve) => {
      const listener = (): void => {
        if (!pattern.test(this.output)) return;
        this.listeners.delete(listener);
        resolve();
      };
      this.listeners.add(listener);
      listener();
    });
    await Promise.race([said, this.ended]);
    if (!pattern.test(this.output)) throw new Error(`the program never said ${String(pattern)}:\n${this.output}`);
  }

  /** @returns the moment at which the signal was sent */
  send(signal: NodeJS.Signals): number {
    this.child.kill(signal);
    return performance.now();
  }

  /** Kills whatever is left of its process group. */
  kill(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // Nothing is left.
    }
  }

  get receipt(): Receipt {
    const line = this.lines.find((candidate) => candidate.startsWith('in ')) ?? '';
    const number = (pattern: RegExp): number => Number(pattern.exec(line)?.[1] ?? 0);
    return {
      in: number(/^in (\d+) =/),
      delivered: number(/ delivered (\d+)/),
      filtered: number(/ filtered (\d+)/),
      deadLettered: number(/ deadLettered (\d+)/),
      cancelled: number(/ cancelled (\d+)/),
      peakLive: number(/ peak live (\d+)/),
      bound: number(/ of at most (\d+)$/),
    };
  }

  /** The stages of the receipt's table by name. */
  get stages(): Readonly<Record<string, StageRow>> {
    const rows = this.output.matchAll(/^(\w+) +(\d+) +(\d+) +([\d.]+) +([\d.]+) +(\d+) ms +(\d+) %$/gm);
    return Object.fromEntries(
      [...rows].map(([, name, ...cells]) => {
        const [passedOn, gaveUp, meanPressure, highestPressure, throttleMs, bottleneck] = cells.map(Number);
        return [name, { passedOn, gaveUp, meanPressure, highestPressure, throttleMs, bottleneck } as StageRow];
      }),
    );
  }

  /** How many dead letters the receipt has of a stage and code, and what was wrong with the first one. */
  letters(stage: string, code: string): { readonly count: number; readonly line: number; readonly reason: string } {
    const found = new RegExp(`^ +(\\d+) ${stage} ${code}, line (\\d+): (.*)$`, 'm').exec(this.output);
    return { count: Number(found?.[1] ?? 0), line: Number(found?.[2] ?? NaN), reason: found?.[3] ?? '' };
  }

  /** The text behind a label of the summary. */
  detail(label: string): string {
    const line = this.lines.find((candidate) => candidate.startsWith(`${label}  `)) ?? '';
    return line.slice(label.length).trim();
  }

  private get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error('the program did not start');
    return pid;
  }
}
