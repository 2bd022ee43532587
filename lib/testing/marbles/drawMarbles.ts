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
 * Rows of marbles with equal frames in equal columns. A row that stands alone reads as RxJS writes it; where another
 * row needs more room at a frame, spaces fill it, which mean nothing in marbles.
 */
export function drawMarbles(rows: readonly Row[]): Drawing {
  const margin = Math.max(...rows.map(({ title }) => title.length)) + 2;
  const cells = rows.map(cellsOf);
  const frames = [...new Set(rows.flatMap(({ marks }) => marks.map(({ frame }) => frame)))].sort((a, b) => a - b);
  const lines = rows.map(({ title }) => title.padEnd(margin));
  const ends = rows.map(() => margin);
  const columns = new Map<number, number>();
  let reached = 0;
  let column = margin;
  frames.forEach((frame, index) => {
    const silence = quiet(frame - reached, column > margin);
    const texts = cells.map((row) => row.get(frame) ?? '-');
    const width = Math.max(...texts.map(({ length }) => length));
    const following = frames[index + 1];
    const swallowed = following === undefined ? 0 : Math.min(width - 1, following - frame - 1);
    column += silence.length;
    columns.set(frame, column);
    texts.forEach((text, row) => {
      const dashes = Math.max(0, swallowed - (text.length - 1));
      lines[row] = `${lines[row] ?? ''}${silence}${`${text}${'-'.repeat(dashes)}`.padEnd(width)}`;
      if (cells[row]?.has(frame) === true) ends[row] = column + text.length;
    });
    column += width;
    reached = frame + 1 + swallowed;
  });
  return {
    lines: lines.map((line, row) => (ends[row] === margin ? `${line.slice(0, margin)}-` : line.slice(0, ends[row]))),
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

function quiet(frames: number, spaced: boolean): string {
  if (frames <= LONGEST_DASHES) return '-'.repeat(Math.max(0, frames));
  return `${spaced ? ' ' : ''}${String(frames)}ms `;
}
