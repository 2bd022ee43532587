import { Assignment } from './Assignment.js';
import { ActivityClock, type ActivityShares } from './ActivityClock.js';
import type { ObservedStage, StageReading } from './observedStage.js';

/** One subscription of a stage. */
export interface Instance {
  readonly stage: ObservedStage;
  readonly number: number;
  readonly clock: ActivityClock;
  /** How it spent the last interval. */
  time: ActivityShares;
  reading: StageReading;
  readAt: number;
  pressure: number;
  /** When it began to withhold credit from a stage above; null while it does not. */
  withholdsSince: number | null;
  /** Its grants are delayed. */
  isThrottled: boolean;
}

/** The stages of a controller by name, and the assignments they share. */
export class ObservedStages {
  private readonly byName = new Map<string, Set<Instance>>();
  private readonly assignments = new Map<string, Assignment>();
  private numbers = 0;
  private keepsSpread = false;

  /** In pipeline order. */
  get names(): string[] {
    return [...new Set(this.all().map(({ stage }) => stage.name))];
  }

  get isEmpty(): boolean {
    return this.byName.size === 0;
  }

  /** The largest pressure of all stages, at least `least`; `enough` is the most that it can be. */
  highest(least: number, enough = Infinity): number {
    let highest = least;
    for (const set of this.byName.values()) {
      for (const { pressure } of set) {
        if (pressure > highest) highest = pressure;
        if (highest >= enough) return highest;
      }
    }
    return highest;
  }

  /** The instances of one name, undefined where there is none. */
  named(name: string): ReadonlySet<Instance> | undefined {
    return this.byName.get(name);
  }

  /** Every instance, the furthest from the end first. */
  all(): Instance[] {
    const instances = [...this.byName.values()].flatMap((set) => [...set]);
    return instances.sort((one, other) => other.stage.depth - one.stage.depth);
  }

  add(stage: ObservedStage, now: number): Instance {
    const instance: Instance = {
      stage,
      number: ++this.numbers,
      clock: new ActivityClock(now),
      time: { idle: 1000, busy: 0, backPressured: 0 },
      reading: stage.read(),
      readAt: now,
      pressure: 0,
      withholdsSince: null,
      isThrottled: false,
    };
    stage.keepSpread(this.keepsSpread);
    const set = this.byName.get(stage.name);
    if (set === undefined) this.byName.set(stage.name, new Set([instance]));
    else set.add(instance);
    return instance;
  }

  /** Whether the stages, those to come included, keep how their latencies are spread. */
  keepSpread(isWanted: boolean): void {
    this.keepsSpread = isWanted;
    for (const { stage } of this.all()) stage.keepSpread(isWanted);
  }

  remove(instance: Instance): void {
    const { name } = instance.stage;
    const set = this.byName.get(name);
    set?.delete(instance);
    if (set?.size === 0) {
      this.byName.delete(name);
      this.assignments.delete(name);
    }
  }

  assignment(name: string, partitions: number, groups: number, threshold: number): Assignment {
    let assignment = this.assignments.get(name);
    if (assignment?.partitions !== partitions || assignment.groups !== groups) {
      assignment = new Assignment(partitions, groups, threshold);
      this.assignments.set(name, assignment);
    }
    assignment.threshold = threshold;
    return assignment;
  }

  allAssignments(): Assignment[] {
    return [...this.assignments.values()];
  }
}
