import { MARK_HEIGHT } from './cells.js';
import { px, type Mark } from './Layout.js';

/** The shape of a mark around its centre, as SVG. Colours come from the class of what it stands in. */
export function drawMark({ kind, width }: Mark): string {
  const half = px(width / 2);
  const radius = MARK_HEIGHT / 2;
  switch (kind) {
    case 'next':
    case 'more':
      return width <= MARK_HEIGHT ? `<circle r="${radius}"/>` : pill(half, width, radius);
    case 'complete':
      return `<path d="M0-13V13"/>`;
    case 'error':
      return `<path d="M-6-6L6 6M6-6L-6 6"/>`;
    case 'request':
      return `<path d="M-4 4L0-4L4 4Z"/>`;
    case 'ack':
    case 'nack':
      return pill(half, width, radius) + icon(kind, half);
    case 'drop':
    case 'deadLetter':
    case 'park':
      return pill(half, width, 5) + icon(kind, half);
  }
}

function pill(half: number, width: number, radius: number): string {
  return `<rect x="${-half}" y="-11" width="${px(width)}" height="${MARK_HEIGHT}" rx="${radius}"/>`;
}

const ICONS = {
  ack: 'M-3 0L-1 3L4-4',
  nack: 'M-3-3L3 3M3-3L-3 3',
  drop: 'M-3-3L3 3M3-3L-3 3',
  deadLetter: 'M-5-4H5V4H-5ZM-5-4L0 1L5-4',
  park: 'M-2-4V4M2-4V4',
} as const;

function icon(kind: keyof typeof ICONS, half: number): string {
  const x = half <= 13 ? 0 : px(-half + 12);
  return `<path class="i"${x === 0 ? '' : ` transform="translate(${x})"`} d="${ICONS[kind]}"/>`;
}
