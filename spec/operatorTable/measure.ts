import { perform, type RunResult } from './Run.js';
import type { Load } from './Sources.js';
import type { Variant } from './Variant.js';
import { VirtualClock } from './VirtualClock.js';

/** How large the runs are. */
export interface Scale {
  /** Records of a finite flow. */
  readonly length: number;
  /** Pulls after which an endless run counts as running away. More than two yields of the library (C7). */
  readonly pullLimit: number;
  /** The same where no stage is below and nothing yields. */
  readonly pullLimitWithoutStage: number;
  /** Records after which the consumer of an endless run leaves. */
  readonly leaveAfter: number;
  /** Records in place of an endless source where a variant is costly. */
  readonly costlyLength: number;
}

export const QUICK: Scale = {
  length: 40,
  pullLimit: 140_000,
  pullLimitWithoutStage: 3_000,
  leaveAfter: 20,
  costlyLength: 2000,
};
export const THOROUGH: Scale = {
  length: 400,
  pullLimit: 300_000,
  pullLimitWithoutStage: 300_000,
  leaveAfter: 500,
  costlyLength: 4000,
};

/** Pulls of one source that count as without bound in an endless run. */
export function endlessLengthOf({ costlyWhenEndless }: Variant, { costlyLength, pullLimit }: Scale): number {
  return costlyWhenEndless ? Math.min(costlyLength, pullLimit) : pullLimit;
}

/** All runs of one variant. 'plain' is RxJS with Observables, and no Sluice in it. */
export interface Measurement {
  readonly plainFinite: RunResult;
  readonly plainPaced: RunResult;
  readonly flowFinite: RunResult;
  readonly plainEndless: RunResult;
  readonly flowEndless: RunResult;
  readonly blockedFinite: RunResult;
  readonly blockedEndless: RunResult;
  readonly traced: RunResult;
  readonly fastFinite: RunResult;
  readonly slowFinite: RunResult;
  readonly fastEndless: RunResult;
  readonly slowEndless: RunResult;
  readonly failingFinite: RunResult;
  readonly failingEndless: RunResult;
}

/** Long enough for every timer of a variant, and for a slow consumer of all that a finite flow can become. */
const QUIET = 120;
const LONG = 100_000;

/** More than any variant makes of one record: where the sources of RxJS itself never end, the consumer leaves. */
const MOST_DESCENDANTS = 100;

export async function measure(variant: Variant, scale: Scale): Promise<Measurement> {
  const clock = new VirtualClock();
  const finite: Load = { length: scale.length, pullLimit: 100_000 };
  const { costlyLength } = scale;
  const endless: Load = { length: variant.costlyWhenEndless ? costlyLength : Infinity, pullLimit: scale.pullLimit };
  const withoutStage = Math.min(scale.pullLimitWithoutStage, endlessLengthOf(variant, scale));
  const unbounded: Load = { length: Infinity, pullLimit: withoutStage };
  const { leaveAfter } = scale;
  const most = scale.length * MOST_DESCENDANTS;
  const plain = { sources: 'plain', consumer: 'none' } as const;
  const bare = { sources: 'flow', consumer: 'none' } as const;
  const below = (consumer: 'blocked' | 'fast' | 'slow' | 'failing') => ({ sources: 'flow', consumer }) as const;
  clock.install();
  try {
    const run = (request: Parameters<typeof perform>[1]): Promise<RunResult> => perform(variant, request, clock);
    return {
      plainFinite: await run({ ...plain, load: finite, limit: LONG, leaveAfter: most }),
      plainPaced: await run({ ...plain, sources: 'plainPaced', load: finite, limit: LONG, leaveAfter: most }),
      flowFinite: await run({ ...bare, load: finite, limit: LONG, leaveAfter: most }),
      plainEndless: await run({ ...plain, load: unbounded, limit: QUIET, leaveAfter }),
      flowEndless: await run({ ...bare, load: unbounded, limit: QUIET, leaveAfter }),
      blockedFinite: await run({ ...below('blocked'), load: finite, limit: QUIET }),
      blockedEndless: await run({ ...below('blocked'), load: endless, limit: QUIET }),
      traced: await run({ sources: 'silent', consumer: 'blocked', load: endless, limit: QUIET }),
      fastFinite: await run({ ...below('fast'), load: finite, limit: LONG, leaveAfter: most }),
      slowFinite: await run({ ...below('slow'), load: finite, limit: LONG, leaveAfter: most }),
      fastEndless: await run({ ...below('fast'), load: endless, limit: QUIET, leaveAfter }),
      slowEndless: await run({ ...below('slow'), load: endless, limit: QUIET + leaveAfter, leaveAfter }),
      failingFinite: await run({ ...below('failing'), load: finite, limit: QUIET }),
      failingEndless: await run({ ...below('failing'), load: endless, limit: QUIET }),
    };
  } finally {
    clock.uninstall();
  }
}
