import { placeText, px, SIZES, type Sheet } from './Layout.js';
import type { System } from './timeColumns.js';

/** Milliseconds as they are written on an axis. */
export interface TimeUnit {
  readonly name: string;
  write(time: number): string;
}

const BETWEEN_LABELS = 8;
const TICK = 4;

/** Seconds for what takes long, else milliseconds. */
export function timeUnit(duration: number): TimeUnit {
  if (duration >= 20_000) return { name: 's', write: (time) => String(Math.round(time) / 1000) };
  return { name: 'ms', write: (time) => String(Math.round(time * 10) / 10) };
}

/** Draws the axis below the lanes, a faint line up through them at each time that is written, and returns its end. */
export function placeAxis(
  sheet: Sheet,
  { nameX, left, right, top, lanesTop }: Record<'nameX' | 'left' | 'right' | 'top' | 'lanesTop', number>,
  system: System,
  unit: TimeUnit,
): number {
  const y = top + 3;
  let ticks = '';
  let grid = '';
  let breaks = '';
  let labelled = -Infinity;
  let before = left;
  for (const { time, x, afterBreak } of system.columns) {
    ticks += `M${px(x)} ${px(y)}v${TICK}`;
    if (afterBreak) {
      const middle = (before + x) / 2;
      breaks += `M${px(middle - 4)} ${px(y + 4)}l4 -8M${px(middle)} ${px(y + 4)}l4 -8`;
    }
    before = x;
    const text = placeText(unit.write(time), x, y + 16, 'muted', SIZES.small, { anchor: 'middle' });
    if (text.box.x < labelled + BETWEEN_LABELS) continue;
    labelled = text.box.x + text.box.width;
    sheet.texts.push(text);
    grid += `M${px(x)} ${px(lanesTop)}V${px(y)}`;
  }
  sheet.strokes.unshift({ role: 'grid', path: grid, title: null });
  const title = breaks === '' ? null : 'where the axis is crossed out, silence is drawn shorter than it was';
  sheet.strokes.push({ role: 'axis', path: `M${px(left)} ${px(y)}H${px(right)}${ticks}${breaks}`, title });
  sheet.texts.push(placeText(`time, ${unit.name}`, nameX, y + 16, 'muted', SIZES.small));
  return y + 22;
}
