import { Flowable } from '../../../lib/credit/Flowable.js';
import type { SluiceCode } from '../../../lib/credit/SluiceError.js';
import type { DeadLetter } from '../../../lib/records/DeadLetter.js';
import type { Witness } from '../../../lib/credit/protocol.js';
import type { StageEntry } from '../../../lib/records/StageEntry.js';
import { Bookkeeper } from '../../../lib/records/Bookkeeper.js';
import { EgressMachine } from '../../../lib/stages/EgressMachine.js';
import { asyncEgress, type AsyncEgressOptions } from '../../../lib/stages/asyncEgress.js';
import { asyncScheduler } from 'rxjs';
import { handFed, handGranted } from '../../../lib/testing/index.js';

export type Options<T> = Partial<AsyncEgressOptions<T, unknown>>;

/** Books that let a test look at the machine of the stage. */
class Peephole extends Bookkeeper implements Witness {
  machine: EgressMachine<unknown, unknown> | null = null;
  readonly letters: DeadLetter[] = [];

  override enrolStage(stage: StageEntry): void {
    if (stage instanceof EgressMachine) this.machine = stage as EgressMachine<unknown, unknown>;
  }

  override get keepsLetters(): boolean {
    return true;
  }

  override deadLetter(letter: DeadLetter): void {
    this.letters.push(letter);
  }
}

/** One asyncEgress over a hand-fed source and a hand-granted sink, with everything it says kept together with its time. */
export function scene<T>(options: AsyncEgressOptions<T, unknown>, grant = 1000) {
  const books = new Peephole();
  const source = handFed<T>();
  const log: string[] = [];
  const { onDeadLetter } = options;
  const stage = asyncEgress<T, unknown>({
    ...options,
    ...(options.enableDeadLetterQueue === false
      ? {}
      : {
          onDeadLetter: (letter) => {
            log.push(`${String(asyncScheduler.now())} ${letter.code} ${String(letter.value)}`);
            onDeadLetter?.(letter);
          },
        }),
  });
  const sink = handGranted(source.pipe(stage), {
    next: (value) => log.push(`${String(asyncScheduler.now())} ${String(value)}`),
    complete: () => log.push(`${String(asyncScheduler.now())} |`),
    witness: books,
    ...(grant > 0 ? { grant } : {}),
  });
  return {
    source,
    sink,
    /** Sends these, and completes. */
    feed: (...values: T[]) => {
      source.send(...values);
      source.complete();
    },
    /** 'time value', 'time CODE value', 'time |'. */
    log,
    letters: books.letters,
    get machine(): EgressMachine<unknown, unknown> {
      if (books.machine === null) throw new Error('no asyncEgress was subscribed');
      return books.machine;
    },
  };
}

/** A service whose calls the test answers by hand. */
export class HandService<T> {
  readonly calls: { readonly value: T; readonly signal: AbortSignal; readonly attempt: number; readonly at: number }[] =
    [];
  private readonly doors: { resolve: (result: unknown) => void; reject: (error: unknown) => void }[] = [];

  readonly process = (value: T, { signal, attempt }: { signal: AbortSignal; attempt: number }): Promise<unknown> => {
    this.calls.push({ value, signal, attempt, at: asyncScheduler.now() });
    return new Promise((resolve, reject) => {
      this.doors.push({ resolve, reject });
    });
  };

  /** When and for the how manieth time each call was made. */
  get said(): string[] {
    return this.calls.map(({ value, attempt, at }) => `${String(at)} ${String(value)}${String(attempt)}`);
  }

  answer(call: number, result: unknown): void {
    this.doors[call]?.resolve(result);
  }

  refuse(call: number, error: unknown): void {
    this.doors[call]?.reject(error);
  }
}

export const failing = (): never => {
  throw new Error('no');
};

export const codes = (letters: readonly DeadLetter[]): SluiceCode[] => letters.map(({ code }) => code);

/** A flow of nothing, which tells when it was unsubscribed. */
export const hanging = (log: string[]): Flowable<never> =>
  new Flowable<never>((subscriber) => {
    subscriber.add(() => {
      log.push(`${String(asyncScheduler.now())} unsubscribed`);
    });
  });
