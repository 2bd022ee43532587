import type { SchedulerLike, Subscription } from 'rxjs';
import { reportUnhandled } from '../credit/inTurn.js';
import { SluiceError } from '../credit/SluiceError.js';
import type { Acknowledgment, Destination, WriteAnswer, WriteRequest } from '../destinations/Destination.js';
import type { DeadLetter } from '../records/DeadLetter.js';
import type { PipelineLog } from './PipelineLog.js';

/** After a failure it is tried again so many milliseconds later, and twice as long after each further one. */
export const FIRST_RETRY_MS = 1000;
export const LONGEST_RETRY_MS = 30_000;

/** The most letters of one write. */
const MOST_LETTERS = 500;

/** A letter that waits in its stage until the destination has it. */
interface Waiting {
  readonly letter: DeadLetter;
  /** Told that it is worth another offer. */
  readonly again: () => void;
  /** `due`: to be written. `sent`: written, not answered. `safe`: acknowledged, and not yet taken over by its stage. */
  state: 'due' | 'sent' | 'safe';
  attempts: number;
}

/**
 * Hands dead letters to a destination. A letter is given away when it is acknowledged and not before: until then its
 * record stays in its stage. One call of `write` at a time; what comes meanwhile goes into the next. Where the
 * destination fails, the letters wait as they would for a queue that blocks, and it is tried again later.
 */
export class Spill {
  private readonly letters = new Map<DeadLetter, Waiting>();
  private readonly sent = new Map<number, Waiting>();
  private lastId = 0;
  private session: 'closed' | 'opening' | 'open' = 'closed';
  private abort = new AbortController();
  private pause: Subscription | null = null;
  private failures = 0;
  private isWriting = false;
  /** Offered this very moment: its stage is told by what `take` returns, and goes on with its next letter itself. */
  private taking: Waiting | null = null;
  private closesWhenIdle = false;
  private closing = Promise.resolve();

  constructor(
    private readonly destination: Destination<DeadLetter>,
    private readonly scheduler: SchedulerLike,
    private readonly log: PipelineLog | null,
  ) {}

  /** True: the destination has the letter. False: it stays where it is, and `again` is called when there is news. */
  take(letter: DeadLetter, again: () => void): boolean {
    const { taking } = this;
    this.taking = this.letters.get(letter) ?? this.add(letter, again);
    try {
      this.writeNext();
      if (this.taking.state !== 'safe') return false;
      this.letters.delete(letter);
    } finally {
      this.taking = taking;
    }
    this.closeIfIdle();
    return true;
  }

  /** The letter will be offered when those before it are gone: it can be written already. */
  announce(letter: DeadLetter, again: () => void): void {
    this.add(letter, again);
    this.writeNext();
  }

  /** Whether the letter has been written: it may not be kept elsewhere as well. */
  has(letter: DeadLetter): boolean {
    const waiting = this.letters.get(letter);
    return waiting !== undefined && waiting.state !== 'due';
  }

  /** It is kept elsewhere. */
  withdraw(letter: DeadLetter): void {
    this.letters.delete(letter);
    this.restIfIdle();
  }

  /** The stage is over: nobody waits for its letters any more. What has been written may be safe all the same. */
  forget(again: () => void): void {
    for (const waiting of this.letters.values()) if (waiting.again === again) this.letters.delete(waiting.letter);
    this.restIfIdle();
  }

  /** Closes the destination, at once or when no letter waits any more. A letter that comes later opens it again. */
  close(): Promise<void> {
    this.closesWhenIdle = true;
    this.closeIfIdle();
    return this.closing;
  }

  private add(letter: DeadLetter, again: () => void): Waiting {
    const waiting: Waiting = { letter, again, state: 'due', attempts: 0 };
    this.letters.set(letter, waiting);
    return waiting;
  }

  private writeNext(): void {
    if (this.isWriting || this.pause !== null || this.session === 'opening') return;
    const due: Waiting[] = [];
    for (const waiting of this.letters.values()) {
      if (waiting.state === 'due' && due.push(waiting) === MOST_LETTERS) break;
    }
    if (due.length === 0) return;
    if (this.session === 'closed') this.open();
    else this.write(due);
  }

  private open(): void {
    this.session = 'opening';
    const { signal } = this.abort;
    const opened = (): void => {
      this.session = 'open';
      this.writeNext();
      this.closeIfIdle();
    };
    const failed = (error: unknown): void => {
      this.session = 'closed';
      if (this.letters.size > 0) this.failed(error);
    };
    follow(() => this.destination.open?.({ signal, fail: this.gone }), opened, failed);
  }

  /** The destination says that it is gone for good: the letters that it was given wait for the next opening. */
  private readonly gone = (error: unknown): void => {
    if (this.session !== 'open') return;
    this.session = 'closed';
    follow(() => this.destination.close?.({ completed: false }), ignore, reportUnhandled);
    this.answered([...this.sent.keys()].map((id) => ({ id, ok: false, error })));
  };

  /** The correlation is set before anything is sent: an acknowledgment may come before `write` returns. */
  private write(due: readonly Waiting[]): void {
    const requests: WriteRequest<DeadLetter>[] = due.map((waiting) => {
      const id = ++this.lastId;
      waiting.state = 'sent';
      this.sent.set(id, waiting);
      return { id, value: waiting.letter, attempt: ++waiting.attempts };
    });
    const acknowledge = (acknowledgment: Acknowledgment): void => {
      this.answered([acknowledgment]);
    };
    const rejected = (error: unknown): void => {
      this.isWriting = false;
      this.answered(requests.map(({ id }) => ({ id, ok: false, error })));
    };
    const returned = (answer: WriteAnswer): void => {
      this.isWriting = false;
      if (Array.isArray(answer)) this.answered(answer as readonly Acknowledgment[]);
      else if (answer !== undefined) rejected(new SluiceError('DESTINATION', 'write returned no acknowledgments'));
      else this.writeNext();
    };
    this.isWriting = true;
    const { signal } = this.abort;
    follow(() => this.destination.write(requests, { signal, acknowledge }), returned, rejected);
  }

  /** What answers nothing that is waited for changes nothing. */
  private answered(acknowledgments: readonly Acknowledgment[]): void {
    const stages = new Set<() => void>();
    let refusal: { readonly error: unknown } | null = null;
    for (const acknowledgment of acknowledgments) {
      const waiting = this.sent.get(acknowledgment.id);
      if (waiting === undefined) continue;
      this.sent.delete(acknowledgment.id);
      waiting.state = acknowledgment.ok ? 'safe' : 'due';
      if (acknowledgment.ok) this.failures = 0;
      else refusal = { error: acknowledgment.error };
      if (waiting.again !== this.taking?.again && this.letters.has(waiting.letter)) stages.add(waiting.again);
    }
    if (refusal !== null) this.failed(refusal.error);
    for (const again of stages) again();
    this.writeNext();
    this.closeIfIdle();
  }

  /** Says so, and tries again later, as long as anybody waits. */
  private failed(error: unknown): void {
    if (this.pause !== null) return;
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures++);
    this.log?.spillFailed(this.destination.name, error, delay);
    this.pause = this.scheduler.schedule(() => {
      this.pause = null;
      this.writeNext();
    }, delay);
  }

  /** Where nobody waits, nothing is tried again, and what is being written may stop. */
  private restIfIdle(): void {
    if (this.letters.size > 0) return;
    this.pause?.unsubscribe();
    this.pause = null;
    if (this.sent.size > 0 || this.session === 'opening') {
      this.sent.clear();
      this.abort.abort();
      this.abort = new AbortController();
    }
    this.closeIfIdle();
  }

  private closeIfIdle(): void {
    if (!this.closesWhenIdle || this.session !== 'open' || this.letters.size > 0) return;
    this.session = 'closed';
    this.closing = new Promise((resolve) => {
      const failed = (error: unknown): void => {
        reportUnhandled(error);
        resolve();
      };
      follow(() => this.destination.close?.({ completed: true }), resolve, failed);
    });
  }
}

function ignore(): void {
  // A destination that is gone is closed for good order.
}

/** Tells once what comes of it: at once where that is no promise. */
function follow<R>(work: () => R | PromiseLike<R>, succeed: (result: R) => void, fail: (error: unknown) => void): void {
  let result;
  try {
    result = work();
  } catch (error) {
    fail(error);
    return;
  }
  if (typeof (result as Partial<PromiseLike<R>> | null | undefined)?.then === 'function') {
    Promise.resolve(result).then(succeed, fail).catch(reportUnhandled);
  } else succeed(result as R);
}
