import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { SluiceError } from '../../../lib/credit/SluiceError.js';
import { letterView } from '../../../lib/observability/dashboard/letterView.js';
import { letterOf } from './support/letterOf.js';

describe('a dead letter as text', () => {
  it('says value, key and the reason with its cause, and the stage only once', () => {
    const cause = new Error('connection reset');
    const error = new SluiceError('EXHAUSTED', `stage 'save': gave up`, { cause });
    const view = letterView(letterOf({ id: 1 }, { key: 'k', errors: [new Error('first'), error], attempts: 2 }), 7);
    expect(view).toMatchObject({
      id: 7,
      value: '{ id: 1 }',
      key: 'k',
      reason: 'gave up: connection reset',
      attempts: 2,
    });
    expect(letterView(letterOf('text'), 1)).toMatchObject({ value: 'text', key: '' });
    expect(letterView(letterOf(1, { errors: [] }), 1).reason).toBe('undefined');
    expect(letterView(letterOf(1, { errors: ['a word'] }), 1).reason).toBe('a word');
  });

  it('calls nothing of the value: getters, toString, custom inspection, proxies', () => {
    const called: string[] = [];
    const value = {
      get secret() {
        called.push('getter');
        return 1;
      },
      toString: () => called.push('toString'),
      toJSON: () => called.push('toJSON'),
      [inspect.custom]: () => called.push('inspect'),
      proxy: new Proxy({ a: 1 }, { get: () => called.push('proxy'), ownKeys: () => (called.push('keys'), []) }),
    };
    expect(letterView(letterOf(value), 1).value).toContain('[Getter]');
    expect(called).toEqual([]);
  });

  it('shows what cannot be written as JSON, and not too much of anything', () => {
    const circle: Record<string, unknown> = { big: 5n };
    circle['self'] = circle;
    expect(letterView(letterOf(circle), 1).value).toBe('<ref *1> { big: 5n, self: [Circular *1] }');
    for (const value of ['x'.repeat(1e6), new Array(1e5).fill('y'.repeat(1e4))]) {
      expect(letterView(letterOf(value), 1).value.length).toBeLessThanOrEqual(601);
    }
    const bad = new Error('x');
    Object.defineProperty(bad, 'message', {
      get: () => {
        throw new Error('trap');
      },
    });
    expect(letterView(letterOf(1, { errors: [bad] }), 1).reason).toBe('(cannot be shown)');
  });
});
