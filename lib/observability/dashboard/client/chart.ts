/** A point in time with a value; null: unknown, the line is broken. */
export type Point = readonly [at: number, value: number | null];

export interface Area {
  readonly width: number;
  readonly height: number;
  /** The time at the left and at the right edge. */
  readonly from: number;
  readonly to: number;
  /** The value at the top; 0 is at the bottom. */
  readonly most: number;
}

/** The points of one unbroken piece of a line, in pixels. */
function pieces(points: readonly Point[], area: Area): (readonly [x: number, y: number])[][] {
  const all: (readonly [number, number])[][] = [];
  let piece: (readonly [number, number])[] = [];
  for (const [at, value] of points) {
    if (value === null) {
      if (piece.length > 0) all.push(piece);
      piece = [];
    } else piece.push([round(xOf(at, area)), round(yOf(value, area))]);
  }
  if (piece.length > 0) all.push(piece);
  return all;
}

export function xOf(at: number, { from, to, width }: Area): number {
  return ((at - from) / (to - from)) * width;
}

export function yOf(value: number, { most, height }: Area): number {
  return height - (Math.min(value, most) / most) * height;
}

/** The `d` of a line. */
export function linePath(points: readonly Point[], area: Area): string {
  return pieces(points, area)
    .map((piece) => `M${piece.map(([x, y]) => `${String(x)} ${String(y)}`).join('L')}`)
    .join('');
}

/** The `d` of what is below the line. */
export function areaPath(points: readonly Point[], area: Area): string {
  const { height } = area;
  return pieces(points, area)
    .map((piece) => {
      const [first, last] = [piece[0]!, piece[piece.length - 1]!];
      const top = piece.map(([x, y]) => `${String(x)} ${String(y)}`).join('L');
      return `M${String(first[0])} ${String(height)}L${top}L${String(last[0])} ${String(height)}Z`;
    })
    .join('');
}

/** The next of 1, 2, 5, 10, 20, … that is not below the value, so that a scale does not change with every frame. */
export function niceMost(value: number, least = 1): number {
  if (value <= least) return least;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((most) => most >= value * 0.999) ?? value;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
