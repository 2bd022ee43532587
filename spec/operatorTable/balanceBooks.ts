import { run, RunError, type RunReport } from '../../lib/sinks/run.js';
import { stage } from '../../lib/operators/stage.js';
import { CAPACITY } from './Run.js';
import { Sources, type Load } from './Sources.js';
import type { Variant } from './Variant.js';
import type { VirtualClock } from './VirtualClock.js';

/** The receipt of a finite run; null where the flow does not end by itself. */
export async function balanceBooks(variant: Variant, load: Load, clock: VirtualClock): Promise<RunReport | null> {
  const sources = new Sources('flow', load, clock, () => undefined);
  const controller = new AbortController();
  let report: RunReport | null = null;
  const flow = variant
    .build(sources)
    .pipe(stage((value: unknown) => clock.wait(1).then(() => value), { capacity: CAPACITY }));
  const running = run(flow, { signal: controller.signal, drainMs: 1 }).then(
    (completed) => {
      report = completed;
    },
    (error: unknown) => {
      if (error instanceof RunError) ({ report } = error);
    },
  );
  await clock.run(LONG, () => report !== null);
  controller.abort();
  await clock.run(LONG, () => report !== null);
  await running;
  clock.reset();
  return report;
}

const LONG = 5000;
