/** Something a consumer does: grants (Infinity: everything from now on), or cancels. */
export type DemandEvent =
  | { readonly frame: number; readonly kind: 'grant'; readonly count: number }
  | { readonly frame: number; readonly kind: 'cancel' };

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
const TIME = /^(\d+(?:\.\d+)?)(ms|s|m) /;

/**
 * Demand in marbles, one character a millisecond: `--2--1--*`. A digit grants that many, a letter what `values` says
 * (for more than 9), `*` everything from now on, `!` cancels. `-`, spaces, groups `(2!)` and times ` 10s ` mean what
 * they mean in RxJS's marbles.
 *
 * @throws Error where a character means nothing, names it and its place
 */
export function parseDemand(marbles: string, values: Readonly<Record<string, number>> = {}): DemandEvent[] {
  const events: DemandEvent[] = [];
  let frame = 0;
  let group: number | null = null;
  for (let index = 0; index < marbles.length; index++) {
    const mark = marbles.charAt(index);
    const time = index === 0 || marbles[index - 1] === ' ' ? TIME.exec(marbles.slice(index)) : null;
    if (time !== null) {
      frame += Number(time[1]) * (MILLISECONDS[time[2] ?? ''] ?? 1);
      index += time[0].length - 1;
      continue;
    }
    if (mark === ' ') continue;
    if (mark === '(') group = frame;
    else if (mark === ')') group = null;
    else if (mark !== '-') events.push(event(group ?? frame, mark, values, marbles, index));
    frame++;
  }
  return events;
}

function event(
  frame: number,
  mark: string,
  values: Readonly<Record<string, number>>,
  marbles: string,
  index: number,
): DemandEvent {
  if (mark === '!') return { frame, kind: 'cancel' };
  const count = mark === '*' ? Infinity : (values[mark] ?? Number(mark));
  if (!(count >= 1) || !(Number.isInteger(count) || count === Infinity)) {
    throw new Error(
      `demand marbles '${marbles}': '${mark}' at ${String(index)} grants nothing; ` +
        `write a digit from 1 to 9, a letter with its number in values, * for everything, or ! to cancel`,
    );
  }
  return { frame, kind: 'grant', count };
}
