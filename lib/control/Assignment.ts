/** One move of a key group: which, from where, to where. */
export interface Move {
  readonly group: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Which partition each key group goes to, and how much work is in flight in each. Constant work per record, memory by
 * groups and partitions, never by keys.
 *
 * The load of a group is its records in flight, smoothed: load = load + (inFlight - load) · share at each look, so that
 * a moment without traffic does not look like an idle group.
 */
export class Assignment {
  private readonly table: Int32Array;
  private readonly groupInFlight: Int32Array;
  private readonly groupLoad: Float64Array;
  private readonly partitionInFlight: Int32Array;
  private moved = 0;

  constructor(
    readonly partitions: number,
    readonly groups: number,
    /** Records in flight by which two partitions may differ before a group moves; Infinity: none ever does. */
    public threshold = 16,
  ) {
    this.table = new Int32Array(groups);
    this.groupInFlight = new Int32Array(groups);
    this.groupLoad = new Float64Array(groups);
    this.partitionInFlight = new Int32Array(partitions);
    // As Flink spreads key groups over subtasks: contiguous ranges of equal size.
    for (let group = 0; group < groups; group++) this.table[group] = Math.floor((group * partitions) / groups);
  }

  /** How many groups have moved so far. */
  get moves(): number {
    return this.moved;
  }

  partitionOf(group: number): number {
    return this.table[group] ?? 0;
  }

  inFlightOf(partition: number): number {
    return this.partitionInFlight[partition] ?? 0;
  }

  /** A record of the group is on its way in that partition, which is its key's and may not be the group's any more. */
  began(group: number, partition: number): void {
    this.groupInFlight[group]! += 1;
    this.partitionInFlight[partition]! += 1;
  }

  ended(group: number, partition: number): void {
    this.groupInFlight[group]! -= 1;
    this.partitionInFlight[partition]! -= 1;
  }

  /**
   * Takes a look, and moves at most one group from the partition with the most work to the one with the least, if they
   * are further apart than `threshold` records and the move brings them closer. The group moved is the one whose load
   * comes nearest to half the difference.
   */
  rebalance(threshold = this.threshold, share = 0.5): Move | null {
    const loads = this.look(share);
    let from = 0;
    let to = 0;
    for (let partition = 1; partition < this.partitions; partition++) {
      if (loads[partition]! > loads[from]!) from = partition;
      if (loads[partition]! < loads[to]!) to = partition;
    }
    const difference = loads[from]! - loads[to]!;
    if (difference <= threshold) return null;
    const group = this.groupToMove(from, difference);
    if (group === null) return null;
    this.table[group] = to;
    this.moved++;
    return { group, from, to };
  }

  private look(share: number): Float64Array {
    const loads = new Float64Array(this.partitions);
    for (let group = 0; group < this.groups; group++) {
      const load = this.groupLoad[group]!;
      const now = load + (this.groupInFlight[group]! - load) * share;
      const settled = now < 0.01 ? 0 : now;
      this.groupLoad[group] = settled;
      loads[this.table[group]!]! += settled;
    }
    return loads;
  }

  private groupToMove(from: number, difference: number): number | null {
    let best: number | null = null;
    let bestDistance = Infinity;
    for (let group = 0; group < this.groups; group++) {
      const load = this.groupLoad[group]!;
      // Moving all of the difference only turns it round.
      if (this.table[group] !== from || load <= 0 || load >= difference) continue;
      const distance = Math.abs(load - difference / 2);
      if (distance < bestDistance) {
        best = group;
        bestDistance = distance;
      }
    }
    return best;
  }
}
