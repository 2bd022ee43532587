import { styleText } from 'node:util';
import type { SourceState } from './SourceWatch.js';

/** What the live line is drawn from. */
export interface Status {
  /** How much of the file has been read, 0 to 1. */
  readonly share: number;
  readonly read: number;
  readonly written: number;
  readonly deadLetters: number;
  readonly live: number;
  readonly source: SourceState;
  readonly stops: number;
}

type Paint = (format: 'dim' | 'yellow' | 'green' | 'red', text: string) => string;

const REDRAW_MILLISECONDS = 80;
const PLAIN_LINE_MILLISECONDS = 1000;
const WIDEST_BAR = 30;
const NARROWEST_BAR = 5;
/** Room for the ^C that a terminal writes behind the line. */
const MARGIN = 3;

const ERASE_LINE = '\r\x1b[2K';

const unpainted: Paint = (_, text) => text;

/** One line for a log. */
export function plainLine({ read, written, deadLetters, live, stops }: Status): string {
  return `read ${read} · written ${written} · dead letters ${deadLetters} · live ${live} · stops ${stops}`;
}

/** One line for a terminal: what is left of its width is the bar. */
export function liveLine(status: Status, columns: number, paint: Paint = unpainted): string {
  const { share, written, deadLetters, live, source } = status;
  const state = `source ${source}`;
  const counts = `${String(Math.floor(share * 100)).padStart(3)} %  ${written} written · ${deadLetters} dead letters · ${live} live · `;
  const room = Math.min(WIDEST_BAR, columns - counts.length - state.length - 1 - MARGIN);
  if (room < -1) return (counts + state).slice(0, Math.max(0, columns - MARGIN));
  const painted = counts + paint(source === 'stopped' ? 'yellow' : 'green', state);
  if (room < NARROWEST_BAR) return painted;
  const full = Math.round(share * room);
  return `${'━'.repeat(full)}${paint('dim', '─'.repeat(room - full))} ${painted}`;
}

/** Lines that stay, and below them, on a terminal, one that lives. Without a terminal its plain form comes once a second. */
export class Progress {
  private readonly hasLiveLine: boolean;
  private readonly paint: Paint;
  private timer: NodeJS.Timeout | undefined;
  private drawLive: (() => string) | null = null;
  private lastStopSaid = -Infinity;
  private stopSaid = false;

  constructor(private readonly out: NodeJS.WriteStream) {
    this.hasLiveLine = out.isTTY && process.env['TERM'] !== 'dumb';
    this.paint = this.hasLiveLine && !process.env['NO_COLOR'] ? styleText : unpainted;
  }

  say(text: string): void {
    this.clear();
    this.out.write(`${text}\n`);
    this.draw();
  }

  sayGood(text: string): void {
    this.say(this.paint('green', text));
  }

  sayBad(text: string): void {
    this.say(this.paint('red', text));
  }

  /** A log says when the wait begins; a terminal counts the seconds. */
  follow(what: string): void {
    const start = performance.now();
    if (!this.hasLiveLine) this.say(what);
    else this.live(() => `${what} ${this.paint('dim', `${((performance.now() - start) / 1000).toFixed(1)} s`)}`);
  }

  followStatus(status: () => Status): void {
    this.stop();
    if (this.hasLiveLine) this.live(() => liveLine(status(), this.out.columns, this.paint));
    else this.timer = setInterval(() => this.say(plainLine(status())), PLAIN_LINE_MILLISECONDS);
  }

  /**
   * The live line shows every stop. A slow sink makes ten a second, which would bury a log: there one in a second gets
   * its lines, and the count has them all.
   */
  sourceChanged(state: SourceState): void {
    if (this.hasLiveLine) this.draw();
    else if (state === 'stopped') this.sourceStopped(performance.now());
    else if (state === 'running' && this.stopSaid) this.say('source resumed');
  }

  /** The live line goes. */
  stop(): void {
    clearInterval(this.timer);
    this.clear();
    this.drawLive = null;
  }

  private sourceStopped(now: number): void {
    this.stopSaid = now - this.lastStopSaid >= PLAIN_LINE_MILLISECONDS;
    if (!this.stopSaid) return;
    this.lastStopSaid = now;
    this.say('source stopped');
  }

  private live(line: () => string): void {
    this.drawLive = line;
    this.draw();
    this.timer = setInterval(() => this.draw(), REDRAW_MILLISECONDS);
  }

  private draw(): void {
    if (this.drawLive === null) return;
    this.out.write(`${ERASE_LINE}${this.drawLive()}`);
  }

  private clear(): void {
    if (this.drawLive !== null) this.out.write(ERASE_LINE);
  }
}
