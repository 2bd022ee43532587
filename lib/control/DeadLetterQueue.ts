import { asyncScheduler, Subject, type Observable, type SchedulerLike } from 'rxjs';
import { TokenBucket } from './TokenBucket.js';
import { Inbox } from '../credit/Inbox.js';
import { SluiceError, type SluiceCode } from '../credit/SluiceError.js';
import type { Destination } from '../destinations/Destination.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import { checkOptions } from '../options/checkOptions.js';
import { DEAD_LETTER_OPTIONS, deadLetterOptions, REDRIVE_OPTIONS, redriveOptions } from './deadLetterOptions.js';
import type { PipelineLog } from './PipelineLog.js';
import { Spill } from './Spill.js';

/** What happens to a letter that finds the queue full. */
export type WhenFull =
  'block' | 'dropOldest' | { readonly spill: ((letter: DeadLetter) => void) | Destination<DeadLetter> };

export interface DeadLetterQueueOptions {
  /** Default 10,000. A letter that a redrive gives back, because its pipeline ended first, is kept past it too. */
  readonly maxSize?: number | undefined;
  /**
   * `'block'` (default): the stage keeps its record until there is room, so that the queue is the bottleneck and is seen
   * as one. `'dropOldest'`: the oldest letter goes, counted in `dropped`. `{ spill }`: the new letter is handed over.
   * To a function, at once: what it throws fails the stream. To a `Destination`: the record is dead-lettered when the
   * letter is acknowledged; while the destination fails, records wait as with `'block'`, the log says so, and it is tried
   * again after 1000 ms, then twice as long each time, at most 30,000 ms.
   */
  readonly whenFull?: WhenFull | undefined;
  /** How often one record may go in again; a poison record stays here then. Default 3. */
  readonly maxRedrives?: number | undefined;
  /** Where the pace of a redrive comes from. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

export interface RedriveOptions {
  /** Which letters go in again. Default all. */
  readonly filter?: ((letter: DeadLetter) => boolean) | undefined;
  /** The most records that go in. Default all. */
  readonly max?: number | undefined;
  /** Records per second that go in. Off by default: as credit allows. */
  readonly ratePerSecond?: number | undefined;
}

/**
 * Takes a record in again at the entrance of the pipeline it came from. False: that pipeline is over. `giveBack` is
 * called where it ends before the record has come in.
 */
export type Reentry = (letter: DeadLetter, giveBack: () => void) => boolean;

interface Kept {
  readonly letter: DeadLetter;
  readonly reentry: Reentry;
}

/** How many letters one stage has written, by code. */
export type DeadLetterSummary = Readonly<Record<string, Readonly<Partial<Record<SluiceCode, number>>>>>;

/** The letters of one or more pipelines, bounded, to be read, taken out, or sent in again. */
export class DeadLetterQueue {
  readonly maxSize: number;
  /** Letters that went because the queue was full. */
  dropped = 0;
  /** Letters handed over because the queue was full. */
  spilled = 0;
  /** Records that went in again. */
  redriven = 0;
  private readonly whenFull: WhenFull;
  private readonly spillTo: ((letter: DeadLetter) => void) | null;
  private readonly spill: Spill | null;
  private kept = new Inbox<Kept>();
  private readonly letters = new Subject<DeadLetter>();
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly options: DeadLetterQueueOptions = {},
    /** @internal Where it is said what becomes of letters. */
    private readonly log: PipelineLog | null = null,
  ) {
    checkOptions('DeadLetterQueue', deadLetterOptions, DEAD_LETTER_OPTIONS, options);
    const { maxSize = 10_000, whenFull = 'block' } = options;
    this.maxSize = maxSize;
    this.whenFull = whenFull;
    const target = typeof whenFull === 'object' ? whenFull.spill : null;
    this.spillTo = typeof target === 'function' ? target : null;
    this.spill =
      target === null || typeof target === 'function'
        ? null
        : new Spill(target, options.scheduler ?? asyncScheduler, log);
  }

  get size(): number {
    return this.kept.size;
  }

  /** Each letter as it is taken in, spilled ones and such as drive an older one out included. */
  get records$(): Observable<DeadLetter> {
    return this.letters.asObservable();
  }

  /** Takes a letter. False: there is no room, and `again` is called when there is. */
  offer(letter: DeadLetter, reentry: Reentry, again: () => void): boolean {
    if (this.kept.size >= this.maxSize || this.spill?.has(letter) === true) {
      if (this.whenFull === 'block') {
        this.waiting.add(again);
        this.log?.lettersFull(letter.stage, 'blocked', this.maxSize);
        return false;
      }
      if (this.whenFull === 'dropOldest') {
        this.kept.shift();
        this.dropped++;
        this.log?.lettersFull(letter.stage, 'dropped', this.maxSize);
      } else {
        if (this.spill !== null) {
          if (!this.spill.take(letter, again)) {
            // There may be room before the destination has answered.
            this.waiting.add(again);
            return false;
          }
        } else this.spillTo?.(letter);
        this.spilled++;
        this.taken(letter);
        return true;
      }
    }
    this.spill?.withdraw(letter);
    this.kept.push({ letter, reentry });
    this.taken(letter);
    return true;
  }

  private taken(letter: DeadLetter): void {
    this.log?.deadLettered(letter);
    this.letters.next(letter);
  }

  /** @internal A letter that waits behind another one of its stage: a destination may be given it already. */
  announce(letter: DeadLetter, again: () => void): void {
    if (this.kept.size >= this.maxSize) this.spill?.announce(letter, again);
  }

  /** Closes the destination that letters are spilled to, if there is one: when no letter waits for it any more. */
  close(): Promise<void> {
    return this.spill?.close() ?? Promise.resolve();
  }

  forget(again: () => void): void {
    this.waiting.delete(again);
    this.spill?.forget(again);
  }

  /** What is kept now, by stage and code. */
  summary(): DeadLetterSummary {
    const counts = new Map<string, Partial<Record<SluiceCode, number>>>();
    this.eachKept(({ letter: { stage, code } }) => {
      const ofStage = counts.get(stage) ?? {};
      counts.set(stage, ofStage);
      ofStage[code] = (ofStage[code] ?? 0) + 1;
    });
    return Object.fromEntries(counts);
  }

  /** The newest letters, the newest first, at most so many. They stay. */
  newest(most: number): DeadLetter[] {
    const letters: DeadLetter[] = [];
    let passed = this.kept.size;
    this.eachKept(({ letter }) => {
      if (passed-- <= most) letters.push(letter);
    });
    return letters.reverse();
  }

  /** Takes everything out. */
  drain(): DeadLetter[] {
    const letters: DeadLetter[] = [];
    for (let next = this.kept.shift(); next !== undefined; next = this.kept.shift()) letters.push(next.letter);
    this.makeRoom();
    return letters;
  }

  /**
   * Sends records in again at the source they came from, as they entered at first, before new records and under the same
   * credit. The letter of a batch sends in all its records. Each is out of the queue first, so that a full queue cannot
   * stand in its own way.
   *
   * @returns a promise of how many letters went in; it rejects with PIPELINE_CLOSED where the source of a chosen letter
   *   has ended, or it was pushed into the pipeline and has none, and that letter stays; with OPTION where an option is
   *   unknown or makes no sense; with what `filter` throws
   */
  async redrive(options: RedriveOptions = {}): Promise<number> {
    checkOptions('redrive', redriveOptions, REDRIVE_OPTIONS, options);
    const { max = Infinity, ratePerSecond } = options;
    if (ratePerSecond === undefined) return this.sendIn(options, max);
    const { scheduler = asyncScheduler } = this.options;
    const bucket = new TokenBucket(ratePerSecond, 1, scheduler.now());
    return new Promise((resolve, reject) => {
      let sent = 0;
      const step = () => {
        try {
          if (sent < max && bucket.take(scheduler.now())) {
            const one = this.sendIn(options, 1);
            sent += one;
            if (one === 0) return resolve(sent);
          }
          if (sent >= max || this.kept.size === 0) resolve(sent);
          else scheduler.schedule(step, bucket.waitMs(1, scheduler.now()));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      step();
    });
  }

  private sendIn({ filter = () => true }: RedriveOptions, most: number): number {
    const { maxRedrives = 3 } = this.options;
    let sent = 0;
    let closed = 0;
    let failure: { readonly error: unknown } | null = null;
    // All are turned once, whatever is thrown, so that none is lost and their order stays.
    for (let left = this.kept.size; left > 0; left--) {
      const next = this.kept.shift();
      if (next === undefined) break;
      let chosen = false;
      try {
        chosen = failure === null && sent < most && next.letter.redrives < maxRedrives && filter(next.letter);
      } catch (error) {
        failure = { error };
      }
      if (!chosen) this.kept.push(next);
      else if (this.goesIn(next)) sent++;
      else {
        closed++;
        this.kept.push(next);
      }
    }
    this.makeRoom();
    if (failure !== null) throw failure.error;
    if (closed === 0 || sent > 0) return sent;
    throw new SluiceError(
      'PIPELINE_CLOSED',
      `redrive: the source of ${String(closed)} letters has ended; they stay in the queue: drain() takes them out`,
    );
  }

  private goesIn(kept: Kept): boolean {
    this.redriven++;
    const giveBack = () => {
      this.redriven--;
      this.kept.push(kept);
    };
    if (kept.reentry(kept.letter, giveBack)) return true;
    this.redriven--;
    return false;
  }

  private eachKept(look: (kept: Kept) => void): void {
    for (let left = this.kept.size; left > 0; left--) {
      const next = this.kept.shift();
      if (next === undefined) return;
      look(next);
      this.kept.push(next);
    }
  }

  private makeRoom(): void {
    for (const again of [...this.waiting]) {
      if (this.kept.size >= this.maxSize) return;
      this.waiting.delete(again);
      again();
    }
  }
}
