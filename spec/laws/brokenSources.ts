import { Observable } from 'rxjs';
import { Flowable } from '../../lib/credit/Flowable.js';
import type { FlowableSubscriber } from '../../lib/credit/FlowableSubscriber.js';
import type { SourceSubject } from '../../lib/testing/index.js';

/** A source with a fault, and the law that must find it. */
export interface BrokenSource extends SourceSubject {
  readonly breaks: string;
}

type Input = Iterable<number>;

/** Sends all it can while more is wanted. */
function sendAll(subscriber: FlowableSubscriber<number>, iterator: Iterator<number>): void {
  while (subscriber.balance > 0) {
    const item = iterator.next();
    if (item.done === true) subscriber.complete();
    else subscriber.next(item.value);
  }
}

/** Takes a record from its input before it looks whether one is wanted. */
const takesAhead = (input: Input) =>
  new Flowable<number>((subscriber) => {
    const iterator = input[Symbol.iterator]();
    subscriber.add(() => iterator.return?.());
    let next = iterator.next();
    subscriber.onDemand(() => {
      while (subscriber.balance > 0) {
        if (next.done === true) subscriber.complete();
        else {
          subscriber.next(next.value);
          next = iterator.next();
        }
      }
    });
  });

/** Takes one record too many for each demand, and forgets it. */
const losesRecord = (input: Input) =>
  new Flowable<number>((subscriber) => {
    const iterator = input[Symbol.iterator]();
    subscriber.add(() => iterator.return?.());
    subscriber.onDemand(() => {
      sendAll(subscriber, iterator);
      if (!subscriber.closed) iterator.next();
    });
  });

/** Sends the next record from inside the sending of this one. */
const recurses = (input: Input) =>
  new Flowable<number>((subscriber) => {
    const iterator = input[Symbol.iterator]();
    subscriber.add(() => iterator.return?.());
    const sendNext = (): void => {
      if (subscriber.balance <= 0) return;
      const item = iterator.next();
      if (item.done === true) subscriber.complete();
      else {
        subscriber.next(item.value);
        sendNext();
      }
    };
    subscriber.onDemand(sendNext);
  });

/** Never gives its input back. */
const keepsInput = (input: Input) =>
  new Flowable<number>((subscriber) => {
    const iterator = input[Symbol.iterator]();
    subscriber.onDemand(() => {
      sendAll(subscriber, iterator);
    });
  });

/** Goes on where the first subscription ended. */
const remembers = (input: Input) => {
  const iterator = input[Symbol.iterator]();
  return new Flowable<number>((subscriber) => {
    subscriber.onDemand(() => {
      sendAll(subscriber, iterator);
    });
    return () => iterator.return?.();
  });
};

/** Takes the failure of its input for the end. */
const hidesFailure = (input: Input) =>
  new Flowable<number>((subscriber) => {
    const iterator = input[Symbol.iterator]();
    subscriber.add(() => iterator.return?.());
    subscriber.onDemand(() => {
      try {
        sendAll(subscriber, iterator);
      } catch {
        subscriber.complete();
      }
    });
  });

export const BROKEN_SOURCES: readonly BrokenSource[] = [
  { name: 'takes ahead', make: takesAhead, breaks: 'takes against credit' },
  {
    name: 'pushes',
    make: (input) => new Observable((target) => pushAll(target, input)),
    breaks: 'takes against credit',
  },
  { name: 'loses a record', make: losesRecord, breaks: 'gives each record once and in order' },
  { name: 'recurses for each record', make: recurses, breaks: 'needs constant stack' },
  { name: 'keeps its input', make: keepsInput, breaks: 'gives its input back when cancelled' },
  { name: 'remembers across subscriptions', make: remembers, breaks: 'starts anew, or says that it cannot' },
  { name: 'hides the failure of its input', make: hidesFailure, breaks: 'fails as its input fails' },
];

function pushAll(target: { next(value: number): void; complete(): void }, input: Input): void {
  for (const value of input) target.next(value);
  target.complete();
}
