import type { SchedulerLike } from 'rxjs';
import type { DeadLetter } from '../records/DeadLetter.js';
import { healthLabel, type Health } from './health.js';
import { LineLimiter, type Line } from './LineLimiter.js';
import type { Logger, LogLevel } from './Logger.js';
import type { StageEvent } from './stageEvent.js';

/** A reason is cut off here: a line is no place for a whole page. */
const LONGEST_REASON = 200;

/**
 * What a controller writes into its log, and at which level. Warnings are what design and operation must know: records
 * that were rejected, given up, slow or answered strangely, samples that are missing. A full inbox is none: saturation
 * is how a pipeline is meant to run.
 *
 * Values are never written; a line names the stage, the code and the reason.
 */
export class PipelineLog {
  private readonly limiter: LineLimiter | null;

  constructor(logger: Logger | null, scheduler: SchedulerLike) {
    this.limiter = logger === null ? null : new LineLimiter(logger, scheduler);
  }

  resume(): void {
    this.limiter?.resume();
  }

  pause(): void {
    this.limiter?.pause();
  }

  close(): void {
    this.limiter?.close();
  }

  stageEvent(stage: string, event: StageEvent): void {
    switch (event.kind) {
      case 'rejected': {
        const { code, retryAfterMs } = event;
        return this.note('warn', 'rejected', stage, () => [`rejected (${code})`, { code, retryAfterMs }], code);
      }
      case 'slow': {
        const { tookMs, thresholdMs } = event;
        const what = `a record took ${String(tookMs)} ms, more than ${String(thresholdMs)}`;
        return this.note('warn', 'slow', stage, () => [what, { tookMs, thresholdMs }]);
      }
      case 'strayAcknowledgment': {
        const { stray } = event;
        const what = `an acknowledgment was ${SAID_OF_STRAYS[stray]}`;
        return this.note('warn', 'strayAcknowledgment', stage, () => [what, { stray }], stray);
      }
      case 'strayWork': {
        const { strays } = event;
        const what = `work that was given up goes on, ${String(strays)} of it now`;
        return this.note('warn', 'strayWork', stage, () => [what, { strays }]);
      }
      case 'starved': {
        const { starved } = event;
        return this.note('warn', 'starved', stage, () => [describeStarvation(starved), { starved }]);
      }
    }
  }

  deadLettered({ stage, code, errors, attempts }: DeadLetter): void {
    const what = (): [string, object] => {
      const reason = reasonOf(errors.at(-1));
      return [`dead-lettered (${code}): ${reason}`, { code, reason, attempts }];
    };
    this.note('warn', 'deadLettered', stage, what, code);
  }

  /** The queue of dead letters is full. */
  lettersFull(stage: string, became: 'blocked' | 'dropped', size: number): void {
    const what = became === 'blocked' ? 'records wait in their stage' : 'the oldest letter was dropped';
    const text = `the dead letters are full (${String(size)}): ${what}`;
    this.note('warn', 'deadLettersFull', stage, () => [text, { became, size }], became);
  }

  spillFailed(destination: string, error: unknown, retryInMs: number): void {
    const reason = reasonOf(error);
    const text =
      `dead letters could not be spilled to '${destination}': ${reason}; ` +
      `records wait in their stages, and it is tried again in ${String(retryInMs)} ms`;
    this.note('error', 'spillFailed', null, () => [text, { destination, reason, retryInMs }]);
  }

  stale(stage: string, ageMs: number): void {
    this.note('warn', 'stale', stage, () => [`no sample for ${String(ageMs)} ms: its state is unknown`, { ageMs }]);
  }

  health(before: Health, health: Health, pressure: number, ofPlatform: boolean): void {
    const whose = ofPlatform ? ' of network, memory or event loop' : '';
    const text = `${healthLabel(health)}: pressure ${pressure.toFixed(2)}${whose}, was ${before}`;
    this.note('info', 'health', null, () => [text, { health, before, pressure, ofPlatform }]);
  }

  bottleneck(stage: string | null): void {
    const text = stage === null ? 'no stage withholds credit any more' : `withholds credit from the stages above`;
    this.note('debug', 'bottleneck', stage, () => [text, {}]);
  }

  throttle(stage: string, delayMs: number): void {
    const text = delayMs > 0 ? `grants are delayed by ${delayMs.toFixed(1)} ms` : 'grants are not delayed any more';
    this.note('debug', 'throttle', stage, () => [text, { delayMs }]);
  }

  private note(
    level: LogLevel,
    event: string,
    stage: string | null,
    say: () => readonly [message: string, details: object],
    code = '',
  ): void {
    this.limiter?.note(`${event} ${code} ${stage ?? ''}`, (): Line => {
      const [message, details] = say();
      const about = stage === null ? {} : { stage };
      return {
        level,
        message: stage === null ? message : `stage '${stage}': ${message}`,
        details: { event, ...about, ...details },
      };
    });
  }
}

const SAID_OF_STRAYS = {
  late: 'late',
  double: 'a second one',
  unknown: 'for nothing that was written',
} as const;

function describeStarvation(starved: Extract<StageEvent, { kind: 'starved' }>['starved']): string {
  return starved
    .map(({ stage, option, wanted, limit }) => {
      const what = option === 'batch' ? 'a batch of' : 'a concurrency of';
      return `its maxConcurrentRequests (${String(limit)}) keeps stage '${stage}' from ${what} ${String(wanted)}`;
    })
    .join('; ');
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON)}…` : text;
}
