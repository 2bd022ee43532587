import { ColdObservable } from 'rxjs/internal/testing/ColdObservable';
import { completeAt, errorAt, nextAt, type Moment } from './Moment.js';
import { badMarbles, readMarks } from './readMarks.js';

/** What `^` and `!` in subscription marbles stand for; Infinity where one is missing. */
export interface SubscriptionFrames {
  readonly subscribedFrame: number;
  readonly unsubscribedFrame: number;
}

/** What each character of marbles stands for. */
export type MarbleValues = Readonly<Record<string, unknown>>;

/**
 * Marbles as RxJS writes them. Letters stand for `values`, or for themselves where there are none; `#` stands for
 * `error`, or for the text 'error'. Only where `hot` is true may `^` say which moment is 0.
 *
 * @throws Error where a character means nothing, with a caret below it
 */
export function parseMarbles(marbles: string, values?: MarbleValues, error: unknown = 'error', hot = false): Moment[] {
  const marks = readMarks('marbles', marbles);
  const refuse = (index: number, complaint: string, remedy: string) =>
    badMarbles('marbles', marbles, index, complaint, remedy);
  let origin: number | null = null;
  let ended = false;
  const moments: Moment[] = [];
  for (const { frame, mark, index } of marks) {
    if (mark === '!') throw refuse(index, "'!' is for demand and subscriptions", 'write | where the flow completes');
    if (mark === '^') {
      if (!hot || origin !== null)
        throw refuse(index, "'^' does not belong here", 'only hot() has one, where the test starts');
      origin = frame;
      continue;
    }
    if (ended) throw refuse(index, `'${mark}' after the end`, 'nothing comes after | or #');
    ended = mark === '|' || mark === '#';
    if (mark === '|') moments.push(completeAt(frame));
    else if (mark === '#') moments.push(errorAt(frame, error));
    else {
      if (values !== undefined && !Object.hasOwn(values, mark)) {
        throw refuse(index, `'${mark}' has no value`, `values has ${Object.keys(values).join(', ') || 'none'}`);
      }
      moments.push(nextAt(frame, values === undefined ? mark : inner(values[mark])));
    }
  }
  return moments.map((moment) => ({ ...moment, frame: moment.frame - (origin ?? 0) }));
}

/** A cold Observable among the values stands for what it plays. */
function inner(value: unknown): unknown {
  return value instanceof ColdObservable ? value.messages : value;
}

/** When to subscribe, `^`, and when to unsubscribe, `!`. */
export function parseSubscription(marbles: string | null): SubscriptionFrames {
  const frames = { '^': Infinity, '!': Infinity };
  for (const { frame, mark, index } of readMarks('subscription marbles', marbles ?? '')) {
    if ((mark !== '^' && mark !== '!') || frames[mark] !== Infinity) {
      const complaint = mark === '^' || mark === '!' ? `a second '${mark}'` : `'${mark}' means nothing here`;
      throw badMarbles('subscription marbles', marbles ?? '', index, complaint, 'write one ^ and at most one !');
    }
    frames[mark] = frame;
  }
  return { subscribedFrame: frames['^'], unsubscribedFrame: frames['!'] };
}

/** The millisecond of `|`. */
export function parseTime(marbles: string): number {
  const end = readMarks('time marbles', marbles).find(({ mark }) => mark === '|');
  if (end !== undefined) return end.frame;
  throw badMarbles('time marbles', marbles, Array.from(marbles).length, 'no end', "write a '|' where the time is over");
}
