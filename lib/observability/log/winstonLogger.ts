import type { Logger, LogLevel } from '../../control/Logger.js';

/** Lines as `2026-01-31T12:00:00.000Z warn sluice: …`, on the standard error, from level info on. */
async function makeLogger(): Promise<Logger> {
  const { default: winston } = await import('winston');
  const { combine, timestamp, printf } = winston.format;
  return winston.createLogger({
    level: 'info',
    format: combine(
      timestamp(),
      printf(({ timestamp: at, level, message }) => `${String(at)} ${level} ${String(message)}`),
    ),
    transports: [new winston.transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug'] })],
  });
}

type Early = readonly [level: LogLevel, message: string, details: Readonly<Record<string, unknown>>];

/** Loads winston with its first line: most programs never write one. Lines wait, in order, while it loads. */
export class LazyLogger implements Logger {
  private target: Logger | null = null;
  private early: Early[] = [];

  /** @param load makes the logger; where it fails the lines go to the console, and say so */
  constructor(private readonly load: () => Promise<Logger> = makeLogger) {}

  readonly debug = this.writerOf('debug');
  readonly info = this.writerOf('info');
  readonly warn = this.writerOf('warn');
  readonly error = this.writerOf('error');

  private writerOf(level: LogLevel): Logger[LogLevel] {
    return (message, details) => {
      if (this.target !== null) this.target[level](message, details);
      else if (this.early.push([level, message, details]) === 1) this.load().then(this.loaded, this.failed);
    };
  }

  private readonly loaded = (logger: Logger): void => {
    this.target = logger;
    for (const [level, message, details] of this.early) logger[level](message, details);
    this.early = [];
  };

  private readonly failed = (error: unknown): void => {
    this.early.unshift(['warn', 'sluice: winston cannot be loaded; the console is used', { error }]);
    this.loaded(console);
  };
}

let shared: Logger | null = null;

/** The log of all controllers that were given none, in Node. */
export function defaultLogger(): Logger {
  return (shared ??= new LazyLogger());
}
