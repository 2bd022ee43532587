import { describe, expect, it } from '@jest/globals';
import { FlowTestScheduler } from '../../lib/testing/index.js';

describe('expectSubscriptions', () => {
  it('prints both sides when they differ', async () => {
    const run = new FlowTestScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('---a|');
      expectObservable(source, '-^--!').toBe('---');
      expectSubscriptions(source.subscriptions).toBe(['^----!', '--^']);
    });
    await expect(run).rejects.toThrow(
      [
        'the subscriptions differ at 0 ms:', //
        '  expected 0  ^----!',
        '  expected 1  --^',
        '  actual 0    -^--!',
        '              ^ 0 ms',
      ].join('\n'),
    );
  });
});
