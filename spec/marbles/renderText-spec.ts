import { describe, expect, it } from '@jest/globals';
import { renderText } from '../../lib/marbles/index.js';
import { randomScenario, SMALL } from '../helpers/scenarios.js';

describe('renderText', () => {
  it('draws equal times in equal columns', () => {
    expect(renderText(SMALL).split('\n')).toEqual([
      'Small & complete',
      'Every kind of event, once.',
      '',
      'time, ms        0    1 2 4    5 6 7 8',
      'source          (ab)--------------|',
      '  grants        2',
      '  dropped                       c',
      '  dead letters         b',
      '  parked                        d',
      '  credit        0             1',
      '  inbox         2      1      0',
      'work            -----a---a----------',
      '  succeeded                   a',
      '  failed               a',
      'out             --------------a-----#',
      '  grants        *',
      '  pressure      0        0.75',
      '',
    ]);
  });

  it('goes on below where a line is full, and is the same for the same input', () => {
    const scenario = randomScenario(300);
    const text = renderText(scenario, { width: 60 });
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(60);
    expect(text.match(/^time, ms/gm)!.length).toBeGreaterThan(3);
    expect(renderText(scenario, { width: 60 })).toBe(text);
    for (const { label } of scenario.events.filter(({ kind }) => kind === 'next')) {
      expect(text).toMatch(new RegExp(`\\b${label!}\\b`));
    }
  });

  it('draws a scenario without events', () => {
    expect(renderText({ title: 'nothing', lanes: [{ name: 'a' }], events: [], series: [] })).toBe(
      'nothing\n\ntime, ms\na\n',
    );
  });

  it.each([39, 1001, 60.5, NaN])('refuses a width of %p', (width) => {
    expect(() => renderText(SMALL, { width })).toThrow(
      `renderText: option width is ${String(width)}; give a whole number, 40 to 1000`,
    );
  });
});
