import type { Bottleneck } from '../../../control/status.js';
import type { Frame, StageFrame } from '../frame.js';

/** What is drawn over time at most, and while there is less to draw. */
const WINDOWS_MS = [30_000, 60_000, 120_000] as const;
const LONGEST_MS = 120_000;

/** Who was the bottleneck so lately, and nobody else since, still is: it may have credit for an instant now and then. */
const INSTANT_MS = 2000;

/** A rate looks back so far, so that it does not jump with every batch. */
const RATE_MS = 2000;

/** One stage at one moment. */
export interface StageSample {
  readonly at: number;
  readonly stage: StageFrame;
  /** Records passed on per second. */
  readonly rate: number;
}

/** The pipeline at one moment. */
export interface Sample {
  readonly at: number;
  readonly overall: number;
  readonly mean: number;
  readonly bottleneck: Bottleneck | null;
}

/** The last two minutes of frames, as far as this page was sent any. */
export class History {
  readonly samples: Sample[] = [];
  /** The last frame of each stage that was ever seen, in the order of the pipeline. */
  readonly stages = new Map<string, StageSample[]>();
  /** Those that are there now. */
  present: ReadonlySet<string> = new Set();

  add({ at, overall, mean, bottleneck, stages }: Frame): void {
    this.samples.push({ at, overall, mean, bottleneck });
    forget(this.samples, at);
    this.present = new Set(stages.map(({ name }) => name));
    this.order(stages);
    for (const stage of stages) {
      const samples = this.stages.get(stage.name) ?? [];
      samples.push({ at, stage, rate: rateAt(samples, at, stage.passedOn) });
      forget(samples, at);
    }
    for (const [name, samples] of this.stages) if (!this.present.has(name)) forget(samples, at, 1);
  }

  /** Milliseconds that are drawn. */
  get windowMs(): number {
    const spanMs = (this.samples.at(-1)?.at ?? 0) - (this.samples[0]?.at ?? 0);
    return WINDOWS_MS.find((windowMs) => windowMs >= spanMs) ?? LONGEST_MS;
  }

  /** The bottleneck, and since when it has been the only one, as far as this page has seen. */
  cause(): Bottleneck | null {
    const now = this.samples.at(-1)?.at ?? 0;
    let stage: string | null = null;
    let since = now;
    let forMs = 0;
    for (let index = this.samples.length - 1; index >= 0; index--) {
      const { at, bottleneck } = this.samples[index]!;
      if (since - at > INSTANT_MS) break;
      if (bottleneck === null) continue;
      if (stage !== null && bottleneck.stage !== stage) break;
      stage = bottleneck.stage;
      since = at;
      forMs = Math.max(forMs, now - at + bottleneck.forMs);
    }
    return stage === null ? null : { stage, forMs };
  }

  /** The stages as they were last seen, those that have left included. */
  latest(): StageSample[] {
    return [...this.stages.values()].flatMap((samples) => samples.at(-1) ?? []);
  }

  /** Those that have left stay where they were until another pipeline has none of their names. */
  private order(stages: readonly StageFrame[]): void {
    if (stages.every(({ name }) => this.stages.has(name))) return;
    const before = new Map(this.stages);
    this.stages.clear();
    const isRelated = stages.some(({ name }) => before.has(name));
    if (isRelated) for (const [name, samples] of before) if (!this.present.has(name)) this.stages.set(name, samples);
    for (const { name } of stages) this.stages.set(name, before.get(name) ?? []);
  }
}

/** Removes what is older than the window, but keeps the last `least`. */
function forget(samples: { readonly at: number }[], now: number, least = 0): void {
  const first = samples.findIndex(({ at }) => at >= now - LONGEST_MS);
  samples.splice(0, Math.min(first < 0 ? samples.length : first, Math.max(0, samples.length - least)));
}

function rateAt(samples: readonly StageSample[], at: number, passedOn: number): number {
  const since = samples.find((sample) => sample.at >= at - RATE_MS) ?? samples.at(-1);
  if (since === undefined || at <= since.at) return 0;
  // A stage that was subscribed anew counts from nothing.
  return Math.max(0, ((passedOn - since.stage.passedOn) * 1000) / (at - since.at));
}
