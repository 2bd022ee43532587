import { describe, expect, it } from '@jest/globals';
import { concatMap, filter, map, timer } from 'rxjs';
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
        'what is requested differs at 2 ms: 3 is expected, 2 came',
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
    expect(await failure(({ expectFlow }) => expectFlow(handFed(), '--x'))).toContain(
      "'x' asks for nothing\n  --x\n    ^ column 3",
    );
  });

  describe('toBuffer', () => {
    const slowly = stage((letter: string) => timer(2).pipe(map(() => letter)), { capacity: 2 });

    it('C2: counts what is in the inbox, in work, and finished and waiting for demand', () =>
      run(({ expectFlow }) => {
        expectFlow(handFed(['a', 'b', 'c']).pipe(slowly), '---1--*')
          .toEmit('---a--b-(c|)')
          .toBuffer('2-----1-0');
      }));

    it('C2: adds up the stages of a flow, and is nothing after a cancellation', () =>
      run(({ expectFlow }) => {
        expectFlow(handFed('abcdefgh').pipe(slowly, slowly), '-----!').toBuffer('2-3-40');
      }));

    it('counts what an operator with a credit of its own holds', () =>
      run(({ expectFlow }) => {
        expectFlow(handFed([1, 2, 3, 4, 5]).pipe(relay()), '--2').toBuffer('4-3');
      }));

    it('does not count what a filter drops, and letters stand for more than nine', () =>
      run(({ expectFlow }) => {
        const source = handFed(Array.from({ length: 30 }, (_, n) => n));
        const even = filter((n: number) => n % 2 === 0);
        expectFlow(
          source.pipe(
            even,
            stage((n: number) => n, { capacity: 12 }),
          ),
          '',
        ).toBuffer('n', { n: 12 });
      }));

    it('waits for the promises of a millisecond', () =>
      run(({ expectFlow }) => {
        const work = stage((letter: string) => Promise.resolve(letter), { capacity: 1 });
        expectFlow(handFed(['a', 'b']).pipe(work))
          .toEmit('(ab|)')
          .toBuffer('');
      }));

    it('prints what the flow holds as marbles', async () => {
      expect(
        await failure(({ expectFlow }) => {
          expectFlow(handFed(['a', 'b', 'c']).pipe(slowly), '---1--*').toBuffer('2--1--0');
        }),
      ).toBe(
        [
          'what the flow holds differs at 3 ms: 1 came 3 ms too late',
          '  demand    ---1--*',
          '  expected  2--1--0',
          '  actual    2-----1-0',
          '               ^ 3 ms',
        ].join('\n'),
      );
    });

    it('says so when nobody records what passes', async () => {
      expect(await failure(({ expectFlow }) => expectFlow(fromPull([1]), '1').toBuffer('1'))).toContain('toBuffer: no');
    });
  });
});
