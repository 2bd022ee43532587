import { describe, expect, it } from '@jest/globals';
import { take } from 'rxjs';
import { enterFrame, insideFrame, leaveFrame, releaseWhenShallow, whenShallow } from '../../lib/credit/trampoline.js';
import { stage } from '../../lib/operators/stage.js';
import { fromPull } from '../../lib/sources/fromPull.js';

describe('the trampoline', () => {
  it('C5: runs work at once outside every frame, and inside a frame of its own', () => {
    const seen: boolean[] = [];
    expect(insideFrame()).toBe(false);
    whenShallow(() => seen.push(insideFrame()));
    expect(seen).toEqual([true]);
    expect(insideFrame()).toBe(false);
  });

  it('C5: puts work off while a frame is open, and runs it before the outermost one is left', () => {
    const seen: string[] = [];
    enterFrame();
    enterFrame();
    whenShallow(() => seen.push('a'));
    whenShallow(() => seen.push('b'));
    leaveFrame();
    expect(seen).toEqual([]);
    leaveFrame();
    expect(seen).toEqual(['a', 'b']);
    expect(insideFrame()).toBe(false);
  });

  it('C9: releases before it drains, whatever was put off first', () => {
    const seen: string[] = [];
    enterFrame();
    whenShallow(() => {
      seen.push('drain');
      releaseWhenShallow(() => seen.push('release at once'));
    });
    whenShallow(() => seen.push('another drain'));
    releaseWhenShallow(() => seen.push('release'));
    leaveFrame();
    expect(seen).toEqual(['release', 'drain', 'release at once', 'another drain']);
    releaseWhenShallow(() => seen.push('outside every frame'));
    expect(seen.at(-1)).toBe('outside every frame');
  });

  it('C9: pulls nothing more once the consumer below a hundred stages has completed', () => {
    let pulled = 0;
    let pulledAtTheEnd = 0;
    function* numbers() {
      for (;;) yield ++pulled;
    }
    let flow = fromPull(numbers());
    for (let count = 0; count < 100; count++) flow = flow.pipe(stage((value) => value, { capacity: 4 }));
    flow.pipe(take(3)).subscribe({
      complete: () => {
        pulledAtTheEnd = pulled;
      },
    });
    expect(pulledAtTheEnd).toBeGreaterThan(0);
    expect(pulled).toBe(pulledAtTheEnd);
  });

  it('C5: work that puts off more work does not nest, however long the chain', () => {
    let left = 50_000;
    let depth = 0;
    let deepest = 0;
    const work = () => {
      deepest = Math.max(deepest, ++depth);
      if (--left > 0) whenShallow(work);
      depth--;
    };
    whenShallow(work);
    expect({ left, deepest }).toEqual({ left: 0, deepest: 1 });
  });

  it('runs all that was put off although one piece throws, and then throws the first failure', () => {
    const seen: string[] = [];
    enterFrame();
    whenShallow(() => {
      throw new Error('first');
    });
    whenShallow(() => seen.push('after'));
    whenShallow(() => {
      throw new Error('second');
    });
    expect(leaveFrame).toThrow('first');
    expect(seen).toEqual(['after']);
    expect(insideFrame()).toBe(false);
  });

  it('is outside every frame again after work that throws', () => {
    expect(() =>
      whenShallow(() => {
        throw new Error('work');
      }),
    ).toThrow('work');
    expect(insideFrame()).toBe(false);
    const seen: string[] = [];
    whenShallow(() => seen.push('next'));
    expect(seen).toEqual(['next']);
  });
});
