import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { NEVER, VirtualTimeScheduler } from 'rxjs';
import * as sluice from '../../lib/index.js';
import { numbers } from '../operators/support/seen.js';
import { OPTION_TABLE, pathsOf, valueAt } from '../reference/optionTable.js';
import { renderOptions } from '../reference/renderOptions.js';

const { referenceConfiguration } = sluice;
type Part = keyof typeof referenceConfiguration;
const PARTS = Object.keys(referenceConfiguration) as Part[];

describe('the preset of the reference system', () => {
  it.each(PARTS)('%s: the table names every option of it, and nothing else', (part) => {
    const named = OPTION_TABLE.filter((row) => row.part === part).map(({ ours }) => ours);
    const paths = pathsOf(referenceConfiguration[part]);
    expect(paths.filter((path) => !named.includes(path))).toEqual([]);
    expect(named.filter((path) => path !== null && !paths.includes(path))).toEqual([]);
  });

  it.each(OPTION_TABLE.filter(({ ours }) => ours !== null).map((row) => [row.part, row.theirs, row] as const))(
    '%s: %s has the number of the reference system',
    (part, _, { ours, theirDefault }) => {
      expect(valueAt(referenceConfiguration[part], ours ?? '')).toBe(theirDefault);
    },
  );

  it('says of what there is not why, and of each option once', () => {
    for (const { ours, note } of OPTION_TABLE) if (ours === null) expect(note).not.toBe('');
    const names = OPTION_TABLE.map(({ part, theirs }) => `${part} ${theirs}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is in docs/reference-options.md as it is here; where not: npm run docs:reference', () => {
    expect(readFileSync('docs/reference-options.md', 'utf8')).toBe(renderOptions());
  });

  it('is taken by the five stages and the controller', async () => {
    const { gateway, keyGen, ingressProcessing, asyncEgress, finalSink, controller } = referenceConfiguration;
    const scheduler = new VirtualTimeScheduler();
    const at = { scheduler, creditReplenishRate: undefined };
    const limits = { maxRequestsPerSecond: undefined, maxConcurrentRequests: undefined };
    const observer = new sluice.PipelineBackPressureController({ ...controller, scheduler });
    const report = await sluice.run(
      sluice
        .fromPull(numbers(20_000))
        .pipe(
          sluice.gateway<number>({ ...gateway, ...at, ...limits }),
          sluice.keyGen<number>({ ...keyGen, ...at, keySelector: (n) => n }),
          sluice.ingressProcessing<number>({ ...ingressProcessing, ...at }),
          sluice.asyncEgress({ ...asyncEgress, ...at, process: (n: number) => n }),
          sluice.finalSink<number>({ ...finalSink, ...at, destination: sluice.callbackDestination(() => undefined) }),
          sluice.control(observer),
        ),
    );
    expect(report.delivered).toBe(20_000);
    expect(report.stages.map(({ capacity }) => capacity)).toEqual([1000, 2000, 1500, 3000, 2500]);
    expect(observer.deadLetters.maxSize).toBe(10_000);
  });

  it('limits the gateway as it says: 100 on their way, and 100 credits a second handed back', () => {
    const scheduler = new VirtualTimeScheduler();
    let begun = 0;
    const running = sluice
      .fromPull(numbers(5000))
      .pipe(
        sluice.gateway<number>({ ...referenceConfiguration.gateway, scheduler }),
        sluice.stage(
          () => {
            begun++;
            return NEVER;
          },
          { concurrency: 1000 },
        ),
      )
      .subscribe();
    scheduler.maxFrames = 5000;
    scheduler.flush();
    expect(begun).toBe(100);
    running.unsubscribe();
  });
});
