import { describe, expect, it } from '@jest/globals';
import { checkScenario } from '../../lib/marbles/checkScenario.js';
import type { Scenario } from '../../lib/marbles/index.js';
import { SMALL } from '../helpers/scenarios.js';

const event = { time: 1, lane: 'source', kind: 'next', label: 'a' } as const;
const series = { lane: 'source', measure: 'fill', points: [] } as const;

describe('checkScenario', () => {
  it('takes what is right', () => expect(() => checkScenario(SMALL)).not.toThrow());
  it('takes what went through JSON', () =>
    expect(() => checkScenario(JSON.parse(JSON.stringify(SMALL)) as Scenario)).not.toThrow());

  it.each<[object, string]>([
    [{ title: undefined }, 'title is undefined; give a text'],
    [{ events: null }, 'events is null; give an array'],
    [{ lanes: [{ name: '' }] }, 'lanes[0].name is ""; give a text'],
    [{ lanes: [{ name: 'a' }, { name: 'a' }] }, 'lanes[1].name is "a"; there is such a lane already'],
    [
      { events: [event, { ...event, lane: 'sauce' }] },
      'events[1].lane is "sauce"; there is no such lane; the lanes are source, work, out',
    ],
    [{ events: [{ ...event, time: NaN }] }, 'events[0].time is NaN; give milliseconds from 0 on'],
    [{ events: [{ ...event, time: -1 }] }, 'events[0].time is -1'],
    [{ events: [{ ...event, time: Infinity }] }, 'events[0].time is Infinity'],
    [{ events: [{ ...event, kind: 'nxt' }] }, 'events[0].kind is "nxt"; give one of next, error, complete, request'],
    [{ events: [{ ...event, n: 0 }] }, 'events[0].n is 0; give a whole number of at least 1'],
    [{ events: [{ ...event, n: 1.5 }] }, 'events[0].n is 1.5'],
    [{ series: [{ ...series, lane: 'x' }] }, 'series[0].lane is "x"; there is no such lane'],
    [{ series: [{ ...series, measure: 'heat' }] }, 'series[0].measure is "heat"; give one of credit, fill, pressure'],
    [{ series: [{ ...series, limit: 0 }] }, 'series[0].limit is 0; give a number above 0'],
    [{ series: [{ ...series, points: [[0, NaN]] }] }, 'series[0].points[0] value is NaN; give a finite number'],
    [
      {
        series: [
          {
            ...series,
            points: [
              [2, 0],
              [1, 0],
            ],
          },
        ],
      },
      'series[0].points[1] time is 1; give the points in the order of time',
    ],
    [{ duration: NaN }, 'duration is NaN; give milliseconds from 0 on'],
  ])('refuses %p', (change, message) => {
    expect(() => checkScenario({ ...SMALL, ...change })).toThrow(
      expect.objectContaining({
        name: 'SluiceError',
        code: 'OPTION',
        message: expect.stringContaining(`scenario: ${message}`),
      }),
    );
  });
});
