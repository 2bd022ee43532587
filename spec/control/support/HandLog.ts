import type { Logger, LogLevel } from '../../../lib/control/Logger.js';

type Details = Readonly<Record<string, unknown>>;
export type LoggedLine = readonly [frame: number, level: LogLevel, message: string, details: Details];

/** Keeps the lines that it is given, with their frames. */
export class HandLog implements Logger {
  readonly lines: LoggedLine[] = [];

  constructor(private readonly now: () => number = () => 0) {}

  readonly debug = this.writerOf('debug');
  readonly info = this.writerOf('info');
  readonly warn = this.writerOf('warn');
  readonly error = this.writerOf('error');

  /** How often what the lines are about has happened. */
  get total(): number {
    return this.lines.reduce((sum, [, , , { count }]) => sum + Number(count), 0);
  }

  /** The lines about one thing: level, message and details of each. */
  about(event: string) {
    return this.lines.filter(([, , , details]) => details['event'] === event).map(([, ...line]) => line);
  }

  private writerOf(level: LogLevel): Logger[LogLevel] {
    return (message, details) => void this.lines.push([this.now(), level, message, details]);
  }
}
