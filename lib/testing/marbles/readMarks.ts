/** One character of marbles that stands for something, and the virtual millisecond at which it happens. */
export interface Mark {
  readonly frame: number;
  readonly mark: string;
  /** Its place among the characters, from 0. */
  readonly index: number;
}

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
const TIME = /^(\d+(?:\.\d+)?)(ms|s|m) /;
const CLUMSY_TIME = /^\d+(?:\.\d+)?ms/;

/**
 * The marks of RxJS's marbles, one character a millisecond: `-` lets one pass, spaces mean nothing, `(ab)` is one
 * instant, ` 10s ` a time. What the marks mean is the caller's business.
 *
 * @throws Error where the marbles mean nothing, with a caret below the place
 */
export function readMarks(kind: string, marbles: string): Mark[] {
  // Code points, so that an emoji is one mark.
  const characters = Array.from(marbles);
  const marks: Mark[] = [];
  let frame = 0;
  let group: { readonly frame: number; readonly index: number } | null = null;
  const refuse = (index: number, complaint: string, remedy: string) =>
    badMarbles(kind, marbles, index, complaint, remedy);
  for (let index = 0; index < characters.length; index++) {
    const mark = characters[index] ?? '';
    const time = timeAt(characters, index);
    if (time !== null) {
      if (group !== null) throw refuse(index, 'time passes inside a group', ONE_INSTANT);
      frame += time.milliseconds;
      index += time.length - 1;
      continue;
    }
    if (CLUMSY_TIME.test(characters.slice(index, index + 12).join(''))) {
      throw refuse(index, 'a time without spaces', "write a space before and behind it: '-- 10ms --'");
    }
    if (mark === ' ') continue;
    if (mark === '(') {
      if (group !== null) throw refuse(index, 'a group inside a group', ONE_INSTANT);
      group = { frame, index };
    } else if (mark === ')') {
      if (group === null) throw refuse(index, "')' without '('", 'open the group, or leave it out');
      group = null;
    } else if (mark !== '-') marks.push({ frame: group?.frame ?? frame, mark, index });
    else if (group !== null) throw refuse(index, 'time passes inside a group', ONE_INSTANT);
    frame++;
  }
  if (group !== null) throw refuse(group.index, "'(' without ')'", "close the group with ')'");
  return marks;
}

const ONE_INSTANT = "a group is one instant: '(ab)' is a and b in the same millisecond";

function timeAt(characters: readonly string[], index: number): { milliseconds: number; length: number } | null {
  if (index > 0 && characters[index - 1] !== ' ') return null;
  const time = TIME.exec(characters.slice(index).join(''));
  if (time === null) return null;
  return { milliseconds: Number(time[1]) * (MILLISECONDS[time[2] ?? ''] ?? 1), length: time[0].length };
}

/** An error about one character of marbles, with a caret below it and what to write instead. */
export function badMarbles(kind: string, marbles: string, index: number, complaint: string, remedy: string): Error {
  const caret = `${' '.repeat(index)}^ column ${String(index + 1)}`;
  return new Error([`${kind}: ${complaint}`, `  ${marbles}`, `  ${caret}`, remedy].join('\n'));
}
