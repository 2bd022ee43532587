import { endOffset, GRANT_TEXT, MARK_HEIGHT, type Cell, type Sized } from './cells.js';
import { placeText, px, SIZES, type Mark, type Sheet } from './Layout.js';
import type { System } from './timeColumns.js';

/** Where the parts of a lane stand. */
export interface LaneFrame {
  readonly name: string;
  readonly top: number;
  /** Where the names begin, and where the line does. */
  readonly nameX: number;
  readonly left: number;
  readonly right: number;
}

/** What goes on in a lane from one system to the next. */
export interface LaneState {
  /** By label: where an attempt failed whose record has not been seen on this lane since. */
  readonly failed: Map<string, { readonly x: number; readonly system: System }>;
  /** The stream has completed or failed: there is no line any more. */
  ended: boolean;
}

const ROW = MARK_HEIGHT + 4;
const PADDING = 9;
const ARC = 15;
const EXIT_ARROW = 13;
const GRANT_ROW = 19;

/** Draws one lane of one system and returns where it ends. */
export function placeLane(
  sheet: Sheet,
  { name, top, nameX, left, right }: LaneFrame,
  cells: ReadonlyMap<number, Cell>,
  system: System,
  state: LaneState,
): number {
  const here = system.columns.flatMap(({ time, x }) => {
    const cell = cells.get(time);
    return cell === undefined ? [] : [{ cell, x }];
  });
  const rows = Math.max(1, ...here.map(({ cell }) => cell.stack.length));
  const exits = Math.max(0, ...here.map(({ cell }) => cell.exits.length));
  const hasArcs = here.some(({ cell }) => cell.stack.some(({ kind }) => kind === 'nack'));
  const line = top + PADDING + (hasArcs ? ARC : 0) + rows * ROW - ROW / 2;
  const grantTop = line + ROW / 2 + (exits === 0 ? 0 : EXIT_ARROW - 2 + exits * ROW);
  const hasGrants = here.some(({ cell }) => cell.grant !== null);

  const ended = here.find(({ cell }) => cell.end !== null);
  const lineEnd = ended?.cell.end == null ? right : ended.x + endOffset(ended.cell, ended.cell.end.width);
  if (!state.ended) sheet.strokes.push({ role: 'lane', path: `M${px(left)} ${px(line)}H${px(lineEnd)}`, title: null });
  placeRest(sheet, here, state.ended ? left : lineEnd, line, state.ended || ended !== undefined);
  state.ended ||= ended !== undefined;
  sheet.texts.push(placeText(name, nameX, line + 4.5, 'name', SIZES.name, { bold: true }));
  if (hasGrants) sheet.texts.push(placeText('grants', nameX, grantTop + 12, 'credit', SIZES.small));

  for (const { cell, x } of here) {
    placeArcs(sheet, cell, x, line, system, state);
    cell.stack.forEach((mark, row) => sheet.marks.push(placeMark(mark, x, line - row * ROW)));
    if (cell.end !== null) sheet.marks.push(placeMark(cell.end, x + endOffset(cell, cell.end.width), line));
    placeExits(sheet, cell, x, line);
    if (cell.grant !== null) sheet.marks.push(placeGrant(cell.grant, x, grantTop + 8));
  }
  return grantTop + (hasGrants ? GRANT_ROW : 0) + PADDING - 4;
}

/** What still leaves the stage below when the stream has ended hangs on a line of dots. */
function placeRest(
  sheet: Sheet,
  here: readonly { readonly cell: Cell; readonly x: number }[],
  from: number,
  line: number,
  hasEnded: boolean,
): void {
  const last = here.filter(({ cell }) => cell.exits.length > 0).pop();
  if (!hasEnded || last === undefined || last.x <= from) return;
  sheet.strokes.push({ role: 'rest', path: `M${px(from)} ${px(line)}H${px(last.x)}`, title: null });
}

function placeMark({ kind, width, text, colour, title }: Sized, x: number, y: number): Mark {
  const isChip = kind !== 'next' && kind !== 'more';
  const textX = isChip ? x + 6 : x;
  const tone = kind === 'next' ? 'onMark' : 'onChip';
  const placed = placeText(text, textX, y + 4, tone, SIZES.mark, { anchor: 'middle', bold: true });
  const box = { x, y, width, height: MARK_HEIGHT };
  return { ...box, kind, colour, title, text: text === '' ? null : placed };
}

/** A triangle that points up, and how many behind it. */
function placeGrant({ kind, text, colour, title }: Sized, x: number, y: number): Mark {
  const placed = placeText(text, x + GRANT_TEXT, y + 4, 'credit', SIZES.small);
  return { x, y, width: 8, height: 8, kind, colour, title, text: placed };
}

function placeExits(sheet: Sheet, { exits, stack }: Cell, x: number, line: number): void {
  if (exits.length === 0) return;
  const from = line + (stack.length === 0 ? 0 : MARK_HEIGHT / 2);
  const first = line + ROW / 2 + EXIT_ARROW + ROW / 2 - 2;
  const tip = first - MARK_HEIGHT / 2 - 1;
  const head = `M${px(x - 3)} ${px(tip - 4)}L${px(x)} ${px(tip)}L${px(x + 3)} ${px(tip - 4)}`;
  sheet.strokes.push({ role: 'exit', path: `M${px(x)} ${px(from)}V${px(tip)}${head}`, title: null });
  exits.forEach((mark, row) => sheet.marks.push(placeMark(mark, x, first + row * ROW)));
}

/** An arc from each attempt that failed to the next one of the same record. */
function placeArcs(
  sheet: Sheet,
  { stack }: Cell,
  x: number,
  line: number,
  system: System,
  { failed }: LaneState,
): void {
  stack.forEach(({ kind, event }, row) => {
    const label = event?.label;
    if (label === undefined) return;
    const y = line - row * ROW - MARK_HEIGHT / 2;
    const before = failed.get(label);
    if (kind === 'next' && before !== undefined) {
      failed.delete(label);
      // At once: the two stand on top of each other, and that says it.
      if (before.x === x) return;
      const isHere = before.system === system;
      const from = isHere ? before.x : Math.max(x - 40, system.columns[0]?.x ?? 0);
      const start = line - MARK_HEIGHT / 2;
      const high = Math.min(start, y) - ARC;
      const head = `M${px(x - 6)} ${px(y - 5)}L${px(x - 1)} ${px(y - 1)}L${px(x + 1)} ${px(y - 7)}`;
      const curve = `M${px(from)} ${px(start)}C${px(from + 6)} ${px(high)} ${px(x - 6)} ${px(high)} ${px(x - 1)} ${px(y - 1)}`;
      sheet.strokes.push({ role: 'retry', path: `${curve}${head}`, title: `${label} is tried again` });
    } else if (kind === 'nack') failed.set(label, { x, system });
  });
}
