import { describe, expect, it } from '@jest/globals';
import { concatMap, map, timer } from 'rxjs';
import { stage } from '../../lib/operators/stage.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { FlowTestScheduler, handFed, type FlowRunHelpers } from '../../lib/testing/index.js';
import { relay } from '../laws/Relay.js';

const run = (test: (helpers: FlowRunHelpers) => void) => new FlowTestScheduler().run(test);

const failure = async (test: (helpers: FlowRunHelpers) => void): Promise<string> => {
  try {
    await run(test);
  } catch (error) {
    return (error as Error).message;
  }
  return 'it did not fail';
};

describe('expectFlow', () => {
  it('C1: emits as much as the marbles grant', () =>
    run(({ expectFlow }) => {
      expectFlow(handFed(['a', 'b', 'c', 'd']), '--2---1--*').toEmit('--(ab)c--(d|)');
    }));

  it('subscribes with unbounded demand where no demand is given', () =>
    run(({ expectFlow }) => {
      const source = handFed(['a', 'b']);
      expectFlow(source).toEmit('(ab|)').toRequest('*');
    }));

  it('C9: cancels at !', () =>
    run(({ expectFlow }) => {
      const source = handFed(['a', 'b', 'c', 'd']);
      expectFlow(source.pipe(stage((letter: string) => timer(3).pipe(map(() => letter)))), '*------!').toEmit(
        '---a--b',
      );
    }));

  it('shows errors', () =>
    run(({ expectFlow }) => {
      const failing = handFed(['a', 'b']).pipe(
        map((letter) => {
          if (letter === 'b') throw new Error('no b');
          return letter;
        }),
      );
      expectFlow(failing, '1-1').toEmit('a-#', undefined, new Error('no b'));
    }));

  it('C4: sees grants that were put together', () =>
    run(({ expectFlow }) => {
      const source = handFed(['a', 'b', 'c', 'd', 'e', 'f']);
      expectFlow(source.pipe(stage((letter: string) => letter, { capacity: 4 })), '1--1--1--1').toRequest('4--2-----2');
    }));

  it('adds up what is requested from several sources, and letters stand for more than nine', () =>
    run(({ expectFlow }) => {
      const flow = handFed([2, 1]).pipe(concatMap((n) => handFed(Array.from({ length: n }, () => 'x'))));
      expectFlow(flow, 'n', { n: 12 }).toEmit('(xxx|)').toRequest('(nnm)', { n: 12, m: 10 });
    }));

  it('finds the source above an operator that has a credit of its own', () =>
    run(({ expectFlow }) => {
      expectFlow(handFed([1, 2]).pipe(relay()), '*').toRequest('4');
    }));

  it('prints what is requested as marbles', async () => {
    expect(
      await failure(({ expectFlow }) => {
        expectFlow(handFed(['a', 'b', 'c']), '--2--1').toRequest('--3', {});
      }),
    ).toBe(
      [
        'what is requested differs:',
        '  demand    --2--1',
        '  expected  --3',
        '  actual    --2--1',
        '              ^ 2 ms',
      ].join('\n'),
    );
  });

  it('says so when nobody records what is requested', async () => {
    expect(await failure(({ expectFlow }) => expectFlow(fromPull([1]), '1').toRequest('1'))).toContain(
      'begin the flow with handFed()',
    );
  });

  it('refuses demand that grants nothing', async () => {
    expect(await failure(({ expectFlow }) => expectFlow(handFed(), '--x'))).toContain("'x' at 2 grants nothing");
  });
});
