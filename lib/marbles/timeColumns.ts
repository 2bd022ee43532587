/** A time at which something happens, and where it is drawn. */
export interface Column {
  readonly time: number;
  readonly x: number;
  /** The gap before it has less than half of the room for its time that is usual in the picture. */
  readonly afterBreak: boolean;
}

/** As much of the scenario as stands beside each other, as a system of staves does in music. */
export interface System {
  readonly columns: readonly Column[];
  /** From the first of its columns to the first of the next system, or to its own last one. */
  readonly from: number;
  readonly to: number;
}

export interface ColumnOptions {
  /** Where the first column may begin and the last one may end, in pixels. */
  readonly left: number;
  readonly right: number;
  /** Between two columns at the least, beside their own widths. */
  readonly gap: number;
  /** What silence may add to that, where columns are not to scale. */
  readonly silence: number;
  /** What the shortest step of time takes where there is room. */
  readonly step: number;
}

/** Silence longer than so many times the usual gets no more room for it. */
const LONG_SILENCE = 4;

/**
 * Gives each time an x. The axis is linear where everything fits beside each other without touching. Where it does not,
 * each column has the room it needs and a share of what is left, a larger one after a longer silence; and what is too
 * much for one system goes on in the next.
 */
export function placeColumns(times: readonly number[], halves: readonly number[], options: ColumnOptions): System[] {
  const { left, right } = options;
  const { distances, breaks } = distancesOf(times, halves, options);
  const limit = balancedRight(halves, distances, left, right);
  const systems: Column[][] = [];
  let columns: Column[] = [];
  let x = 0;
  times.forEach((time, index) => {
    const half = halves[index] ?? 0;
    const next = x + (distances[index] ?? 0);
    const starts = columns.length === 0 || next + half > limit;
    if (starts) systems.push((columns = []));
    x = starts ? left + half : next;
    columns.push({ time, x, afterBreak: !starts && breaks[index] === true });
  });
  return systems.map((placed, index) => ({
    columns: placed,
    from: placed[0]?.time ?? 0,
    to: systems[index + 1]?.[0]?.time ?? placed[placed.length - 1]?.time ?? 0,
  }));
}

/** How far right the systems go so that they are equally full, and no more than there must be. */
function balancedRight(halves: readonly number[], distances: readonly number[], left: number, right: number): number {
  const ROUNDING = 0.01;
  const count = (limit: number): number => {
    let systems = 1;
    let x = left + (halves[0] ?? 0);
    for (let index = 1; index < halves.length; index++) {
      const half = halves[index] ?? 0;
      x += distances[index] ?? 0;
      if (x + half <= limit) continue;
      systems++;
      x = left + half;
    }
    return systems;
  };
  const fewest = count(right + ROUNDING);
  if (fewest === 1) return right + ROUNDING;
  let [enough, short] = [right + ROUNDING, left];
  while (enough - short > 1) {
    const middle = (enough + short) / 2;
    if (count(middle) === fewest) enough = middle;
    else short = middle;
  }
  return enough;
}

/** From each column to the one before it, and whether that is much less than its time. */
function distancesOf(
  times: readonly number[],
  halves: readonly number[],
  { left, right, gap, silence, step }: ColumnOptions,
): { distances: number[]; breaks: boolean[] } {
  const room = times.map((_, index) => (index === 0 ? 0 : (halves[index - 1] ?? 0) + (halves[index] ?? 0) + gap));
  const passed = times.map((time, index) => (index === 0 ? 0 : time - (times[index - 1] ?? 0)));
  const width = right - left - (halves[0] ?? 0) - (halves[times.length - 1] ?? 0);
  const scale = linearScale(passed, room, width, step);
  if (scale !== null) return { distances: passed.map((time) => time * scale), breaks: [] };
  const usual = [...passed.slice(1)].sort((a, b) => a - b)[Math.floor(passed.length / 2)] ?? 1;
  const counted = passed.map((time) => Math.min(time / (usual * LONG_SILENCE), 1));
  const spare = Math.max(0, width - sum(room)) / sum(counted);
  const share = spare === 0 ? silence : Math.min(spare, 5 * silence);
  const distances = room.map((least, index) => least + (counted[index] ?? 0) * share);
  const speeds = distances.map((distance, index) => distance / (passed[index] ?? 1));
  const ordered = [...speeds.slice(1)].sort((a, b) => a - b);
  const usualSpeed = ordered[Math.floor(ordered.length / 2)] ?? 0;
  return { distances, breaks: speeds.map((speed) => speed < usualSpeed / 2) };
}

/** Pixels per millisecond at which nothing touches and everything fits; null where there is no such scale. */
function linearScale(passed: readonly number[], room: readonly number[], width: number, step: number): number | null {
  let needed = 0;
  let shortest = Infinity;
  for (let index = 1; index < passed.length; index++) {
    const time = passed[index] ?? 0;
    needed = Math.max(needed, (room[index] ?? 0) / time);
    shortest = Math.min(shortest, time);
  }
  const most = width / sum(passed);
  return needed > most ? null : Math.min(most, Math.max(needed, step / shortest));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The x of any time within a system. */
export function xAt({ columns }: System, time: number): number {
  let low = 0;
  let high = columns.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((columns[middle]?.time ?? 0) <= time) low = middle;
    else high = middle - 1;
  }
  const here = columns[low];
  const next = columns[low + 1];
  if (here === undefined) return 0;
  if (next === undefined || time <= here.time) return here.x;
  return here.x + ((next.x - here.x) * (time - here.time)) / (next.time - here.time);
}
