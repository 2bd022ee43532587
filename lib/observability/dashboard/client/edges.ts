import { graphic } from './dom.js';

/** Arrows from card to card: straight on within a row, round the corner to the next one. */
export function drawEdges(
  target: SVGSVGElement,
  grid: HTMLElement,
  links: readonly (readonly [from: string, to: string])[],
  cardOf: (name: string) => HTMLElement | undefined,
): void {
  const frame = grid.getBoundingClientRect();
  target.setAttribute('width', String(frame.width));
  target.setAttribute('height', String(frame.height));
  const arrows = links.flatMap(([from, to]) => {
    const [start, end] = [cardOf(from)?.getBoundingClientRect(), cardOf(to)?.getBoundingClientRect()];
    if (start === undefined || end === undefined) return [];
    const x1 = start.right - frame.left;
    const y1 = start.top - frame.top + HEAD;
    const x2 = end.left - frame.left;
    const y2 = end.top - frame.top + HEAD;
    const line = x2 > x1 ? across(x1, y1, x2 - TIP, y2) : around(x1, y1, x2 - TIP, y2, start.bottom - frame.top);
    return [
      graphic('path', { class: 'edge', d: line }),
      graphic('path', {
        class: 'tip',
        d: `M${n(x2 - TIP)} ${n(y2 - 4)}L${n(x2 - 1)} ${n(y2)}L${n(x2 - TIP)} ${n(y2 + 4)}Z`,
      }),
    ];
  });
  target.replaceChildren(...arrows);
}

/** How far below the top of a card an arrow meets it, and how long its tip is. */
const HEAD = 20;
const TIP = 7;

function across(x1: number, y1: number, x2: number, y2: number): string {
  if (Math.abs(y1 - y2) < 1) return `M${n(x1)} ${n(y1)}H${n(x2)}`;
  const middle = (x1 + x2) / 2;
  return `M${n(x1)} ${n(y1)}C${n(middle)} ${n(y1)} ${n(middle)} ${n(y2)} ${n(x2)} ${n(y2)}`;
}

/** Between two rows, in the gap below the upper one. */
function around(x1: number, y1: number, x2: number, y2: number, bottom: number): string {
  const lane = bottom + 10;
  return `M${n(x1)} ${n(y1)}H${n(x1 + 6)}V${n(lane)}H${n(x2 - 4)}V${n(y2)}H${n(x2)}`;
}

function n(pixels: number): string {
  return String(Math.round(pixels * 2) / 2);
}
