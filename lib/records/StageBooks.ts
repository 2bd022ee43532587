import type { StageEntry } from './StageEntry.js';

/** What one stage did: arrived = passedOn + settledHere + held. */
export interface StageCount {
  readonly stage: string;
  readonly arrived: number;
  readonly passedOn: number;
  /** Failed here, or dropped at the entrance. */
  readonly settledHere: number;
  readonly held: number;
  readonly capacity: number;
}

interface Sum {
  readonly name: string;
  readonly depth: number;
  readonly capacity: number;
  arrived: number;
  passedOn: number;
  settledHere: number;
  held: number;
}

/**
 * The stages of one pipeline. A stage that is subscribed again, by retry or for each record, is one stage: same name,
 * same distance from the end. What has left is kept as a sum, so that the books do not grow with the records.
 */
export class StageBooks {
  private readonly live = new Set<StageEntry>();
  private readonly left = new Map<string, Sum>();

  enrol(stage: StageEntry): void {
    this.live.add(stage);
  }

  /** The stages that are subscribed now. */
  current(): StageEntry[] {
    return [...this.live];
  }

  leave(stage: StageEntry): void {
    if (this.live.delete(stage)) add(this.left, stage);
  }

  /** In pipeline order. A second stage of the same name is called '#2'. */
  count(): StageCount[] {
    const sums = new Map([...this.left].map(([place, sum]) => [place, { ...sum }]));
    for (const stage of this.live) add(sums, stage);
    const inOrder = [...sums.values()].sort((one, other) => other.depth - one.depth);
    const seen = new Map<string, number>();
    return inOrder.map(({ name, arrived, passedOn, settledHere, held, capacity }) => {
      const nth = (seen.get(name) ?? 0) + 1;
      seen.set(name, nth);
      const stage = nth === 1 ? name : `${name}#${String(nth)}`;
      return { stage, arrived, passedOn, settledHere, held, capacity };
    });
  }
}

function add(sums: Map<string, Sum>, { name, account, settledHere }: StageEntry): void {
  const { arrivals, settled, held, capacity, depth } = account;
  const place = `${String(depth)} ${name}`;
  const sum = sums.get(place) ?? { name, depth, capacity, arrived: 0, passedOn: 0, settledHere: 0, held: 0 };
  sums.set(place, sum);
  sum.arrived += arrivals;
  sum.passedOn += settled - settledHere;
  sum.settledHere += settledHere;
  sum.held += held;
}
