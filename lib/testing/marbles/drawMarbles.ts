/** One row of a picture: what happened at which frame, one character each. */
export interface Row {
  readonly title: string;
  readonly marks: readonly { readonly frame: number; readonly label: string }[];
}

export interface Drawing {
  /** One line for each row, titles included. */
  readonly lines: readonly string[];
  /** The column at which a frame is drawn. Only frames at which something happens have one. */
  columnOf(frame: number): number;
}

/** Silence longer than this is written as a time. */
const LONGEST_DASHES = 30;

/**
 * Rows of marbles with equal frames in equal columns. Each row reads as RxJS reads it: a group takes as many milliseconds
 * as it has characters, and the spaces that align a row mean nothing. Only what happens during a group of its own row,
 * which marbles cannot say, stands directly behind it.
 */
export function drawMarbles(rows: readonly Row[]): Drawing {
  const margin = Math.max(...rows.map(({ title }) => title.length)) + 2;
  const drawn = rows.map((row) => ({
    cells: cellsOf(row),
    title: row.title.padEnd(margin),
    text: '',
    told: 0,
    end: 0,
  }));
  const frames = [...new Set(rows.flatMap(({ marks }) => marks.map(({ frame }) => frame)))].sort((a, b) => a - b);
  const columns = new Map<number, number>();
  for (const frame of frames) {
    for (const row of drawn) {
      row.text += quiet(frame - row.told, row.text);
      row.told = Math.max(row.told, frame);
    }
    const column = Math.max(...drawn.map(({ text }) => text.length));
    columns.set(frame, margin + column);
    for (const row of drawn) {
      row.text = row.text.padEnd(column);
      const cell = row.cells.get(frame);
      if (cell === undefined) continue;
      row.text += cell;
      row.told = Math.max(row.told, frame + cell.length);
      row.end = row.text.length;
    }
  }
  return {
    lines: drawn.map(({ title, text, end }) => title + (end === 0 ? '-' : text.slice(0, end))),
    columnOf: (frame) => columns.get(frame) ?? margin,
  };
}

function cellsOf({ marks }: Row): Map<number, string> {
  const labels = new Map<number, string[]>();
  for (const { frame, label } of marks) labels.set(frame, [...(labels.get(frame) ?? []), label]);
  return new Map(
    [...labels].map(([frame, texts]) => [frame, texts.length === 1 ? texts.join('') : `(${texts.join('')})`]),
  );
}

/** So many milliseconds in which nothing happens, behind what is written. A time needs a space before and behind it. */
function quiet(milliseconds: number, written: string): string {
  if (milliseconds <= LONGEST_DASHES) return '-'.repeat(Math.max(0, milliseconds));
  return `${written === '' || written.endsWith(' ') ? '' : ' '}${String(milliseconds)}ms `;
}
