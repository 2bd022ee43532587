import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { faithfulRemedies, lossyRemedies } from './remedies.js';
import { CAPACITY, perform, type Consumer, type RunResult } from './Run.js';
import type { SourceKind } from './Sources.js';
import type { Variant } from './Variant.js';
import { VirtualClock } from './VirtualClock.js';

describe('what the operator table tells to write instead', () => {
  const clock = new VirtualClock();
  beforeAll(() => clock.install());
  afterAll(() => clock.uninstall());

  const measured = (variant: Variant, sources: SourceKind, consumer: Consumer, length: number): Promise<RunResult> =>
    perform(variant, { sources, consumer, load: { length, pullLimit: 70_000 }, limit: 1000 }, clock);

  describe.each(faithfulRemedies.map(({ refused, instead }) => [instead.name, refused, instead] as const))(
    '%s',
    (_name, refused, instead) => {
      it('gives a slow stage the records that the operator gives without one', async () => {
        const { records, terminal } = await measured(refused, 'plain', 'none', 40);
        expect(await measured(instead, 'flow', 'slow', 40)).toMatchObject({ records, terminal });
      });

      it('C1: stops an endless source while the stage is blocked', async () => {
        const { pulls, code } = await measured(instead, 'flow', 'blocked', Infinity);
        expect(code).toBeNull();
        expect(pulls['S']).toBeLessThanOrEqual(2 * CAPACITY);
      });
    },
  );

  it.each(lossyRemedies.map(({ refused, instead }) => [instead.name, refused, instead] as const))(
    '%s is not refused where the operator is',
    async (_name, refused, instead) => {
      const before = await measured(refused, 'flow', 'blocked', Infinity);
      const after = await measured(instead, 'flow', 'blocked', Infinity);
      expect([before.code, after.code]).toEqual(['ASYNC_LINK', null]);
    },
  );
});
