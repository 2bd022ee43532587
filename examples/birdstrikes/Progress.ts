import { styleText } from 'node:util';
import type { SourceState } from './SourceWatch.js';
import { plainLines, screenLines, type Paint, type Status } from './view.js';

const REDRAW_MILLISECONDS = 100;
const PLAIN_LINES_MILLISECONDS = 2000;
const STOP_LINES_MILLISECONDS = 1000;

/** The terminal shows what is between these two at once, so that no half of a picture is ever seen. */
const BEGIN_FRAME = '\x1b[?2026h';
const END_FRAME = '\x1b[?2026l';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const ERASE_REST_OF_LINE = '\x1b[K';
const ERASE_BELOW = '\x1b[J';

const unpainted: Paint = (_, text) => text;

/**
 * Lines that stay, and below them, on a terminal, a picture that lives: it is written over in place, never erased first.
 * Without a terminal there are plain lines instead, now and then.
 */
export class Progress {
  private readonly isLive: boolean;
  private readonly paint: Paint;
  private timer: NodeJS.Timeout | undefined;
  private picture: (() => readonly string[]) | null = null;
  private drawn: readonly string[] = [];
  private lastStopSaid = -Infinity;
  private stopSaid = false;

  constructor(private readonly out: NodeJS.WriteStream) {
    this.isLive = out.isTTY && process.env['TERM'] !== 'dumb';
    this.paint = this.isLive && !process.env['NO_COLOR'] ? styleText : unpainted;
    if (this.isLive) process.on('exit', () => out.write(SHOW_CURSOR));
  }

  say(text: string): void {
    this.erase();
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
    const time = (): string => this.paint('dim', `${((performance.now() - start) / 1000).toFixed(1)} s`);
    if (this.isLive) this.live(() => [`${what} ${time()}`]);
    else this.say(what);
  }

  followStatus(status: () => Status): void {
    this.stop();
    if (this.isLive) this.live(() => screenLines(status(), this.out.columns, this.paint));
    else this.timer = setInterval(() => this.say(plainLines(status()).join('\n')), PLAIN_LINES_MILLISECONDS);
  }

  /** The picture shows every stop. There may be ten a second, which would bury a log: there one in a second is told. */
  sourceChanged(state: SourceState): void {
    if (this.isLive) return;
    if (state === 'stopped') this.sourceStopped(performance.now());
    else if (state === 'running' && this.stopSaid) this.say('source resumed');
  }

  /** The picture goes. */
  stop(): void {
    clearInterval(this.timer);
    this.erase();
    if (this.picture !== null) this.out.write(SHOW_CURSOR);
    this.picture = null;
  }

  private sourceStopped(now: number): void {
    this.stopSaid = now - this.lastStopSaid >= STOP_LINES_MILLISECONDS;
    if (!this.stopSaid) return;
    this.lastStopSaid = now;
    this.say('source stopped');
  }

  private live(picture: () => readonly string[]): void {
    this.picture = picture;
    this.out.write(HIDE_CURSOR);
    this.draw();
    this.timer = setInterval(() => this.draw(), REDRAW_MILLISECONDS);
  }

  private draw(): void {
    if (this.picture === null) return;
    // A line for the cursor, which is where a terminal writes ^C.
    const lines = this.picture().slice(0, Math.max(1, this.out.rows - 1));
    const text = lines.map((line) => `${line}${ERASE_REST_OF_LINE}\n`).join('');
    this.out.write(BEGIN_FRAME + this.toTop() + text + ERASE_BELOW + END_FRAME);
    this.drawn = lines;
  }

  private erase(): void {
    if (this.drawn.length === 0) return;
    this.out.write(this.toTop() + ERASE_BELOW);
    this.drawn = [];
  }

  private toTop(): string {
    return this.drawn.length === 0 ? '\r' : `\r\x1b[${this.drawn.length}A`;
  }
}
