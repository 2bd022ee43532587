import { badMarbles, readMarks } from './readMarks.js';

/** Something a consumer does: grants (Infinity: everything from now on), or cancels. */
export type DemandEvent =
  | { readonly frame: number; readonly kind: 'grant'; readonly count: number }
  | { readonly frame: number; readonly kind: 'cancel' };

/**
 * Demand in marbles, one character a millisecond: `--2--1--*`. A digit grants that many, a letter what `counts` says
 * (for more than 9), `*` everything from now on, `!` cancels. `-`, spaces, groups `(2!)` and times ` 10s ` mean what
 * they mean in RxJS's marbles.
 *
 * @throws Error where a character means nothing, with a caret below it
 */
export function parseDemand(marbles: string, counts: Readonly<Record<string, number>> = {}): DemandEvent[] {
  let cancelled = false;
  return readMarks('demand marbles', marbles).map(({ frame, mark, index }) => {
    if (cancelled) throw badMarbles('demand marbles', marbles, index, `'${mark}' after the cancellation`, 'end with !');
    if (mark === '!') {
      cancelled = true;
      return { frame, kind: 'cancel' };
    }
    return {
      frame,
      kind: 'grant',
      count: requestAt('demand marbles', marbles, mark, index, counts, ', or ! to cancel'),
    };
  });
}

/** What is requested, in marbles: as demand, without the cancellation. */
export function parseRequests(marbles: string, counts: Readonly<Record<string, number>> = {}): CountAt[] {
  return readMarks('request marbles', marbles).map(({ frame, mark, index }) => ({
    frame,
    count: requestAt('request marbles', marbles, mark, index, counts, ''),
  }));
}

/** A number, and the virtual millisecond at which it is reached. */
export interface CountAt {
  readonly frame: number;
  readonly count: number;
}

/** How much is held, in marbles: a digit, or a letter with its number in `counts`, where the number changes. */
export function parseLevels(marbles: string, counts: Readonly<Record<string, number>> = {}): CountAt[] {
  return readMarks('buffer marbles', marbles).map(({ frame, mark, index }) => {
    const count = counts[mark] ?? Number(mark);
    if (Number.isInteger(count) && count >= 0) return { frame, count };
    throw badMarbles(
      'buffer marbles',
      marbles,
      index,
      `'${mark}' is no number of records`,
      'write a digit, or a letter with its number in counts',
    );
  });
}

function requestAt(
  kind: string,
  marbles: string,
  mark: string,
  index: number,
  counts: Readonly<Record<string, number>>,
  more: string,
): number {
  const count = mark === '*' ? Infinity : (counts[mark] ?? Number(mark));
  if (count >= 1 && (Number.isInteger(count) || count === Infinity)) return count;
  throw badMarbles(
    kind,
    marbles,
    index,
    `'${mark}' asks for nothing`,
    `write a digit from 1 to 9, a letter with its number in counts, * for everything${more}`,
  );
}
