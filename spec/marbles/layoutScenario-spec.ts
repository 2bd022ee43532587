import { describe, expect, it } from '@jest/globals';
import { layoutScenario, textsOf, type Box, type Layout, type Scenario } from '../../lib/marbles/index.js';
import { randomScenario, SMALL } from '../helpers/scenarios.js';

/** Pairs of texts whose boxes have a point in common. */
function overlaps(layout: Layout): string[] {
  const texts = textsOf(layout).sort((one, other) => one.box.y - other.box.y);
  const found: string[] = [];
  texts.forEach(({ text, box }, index) => {
    for (let at = index + 1; at < texts.length; at++) {
      const other = texts[at]!;
      if (other.box.y >= box.y + box.height) break;
      if (box.x < other.box.x + other.box.width && other.box.x < box.x + box.width)
        found.push(`${text} / ${other.text}`);
    }
  });
  return found;
}

const centred = ({ x, y, width, height }: Box): Box => ({ x: x - width / 2, y: y - height / 2, width, height });
const meet = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;

const SIZES = [0, 1, 20, 200, 800, 801, 10_000];

describe.each(SIZES)('layoutScenario of %i events', (count) => {
  const layout = layoutScenario(randomScenario(count));
  const texts = textsOf(layout);

  it('has no two texts that touch', () => expect(overlaps(layout)).toEqual([]));

  it('has no two marks that touch', () => {
    const boxes = layout.marks.map(centred).sort((one, other) => one.y - other.y);
    const touching = boxes.filter((box, index) => {
      for (let at = index + 1; at < boxes.length && boxes[at]!.y < box.y + box.height; at++) {
        if (meet(box, boxes[at]!)) return true;
      }
      return false;
    });
    expect(touching).toEqual([]);
  });

  it('has no text on a mark that is not its own', () => {
    const marks = layout.marks.map(centred).sort((one, other) => one.y - other.y);
    const wrong = texts.filter(
      ({ box, tone }) =>
        tone !== 'onMark' && tone !== 'onChip' && marks.some((mark) => mark.y < box.y + box.height && meet(box, mark)),
    );
    expect(wrong.map(({ text }) => text)).toEqual([]);
  });

  it('keeps everything inside of the picture', () => {
    const boxes = [...texts.map(({ box }) => box), ...layout.marks.map(centred), ...layout.bands];
    const outside = boxes.filter(
      ({ x, y, width, height }) => x < 0 || y < 0 || x + width > layout.width || y + height > layout.height,
    );
    expect(outside).toEqual([]);
  });

  it('has type of at least 10 pixels, and a title for every mark', () => {
    expect(texts.filter(({ size }) => size < 10)).toEqual([]);
    expect(layout.marks.filter(({ title }) => title.trim() === '')).toEqual([]);
  });

  it('is the same for the same input', () =>
    expect(JSON.stringify(layoutScenario(randomScenario(count)))).toBe(JSON.stringify(layout)));
});

describe('layoutScenario', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed + 2))('holds for other runs too: seed %i', (seed) => {
    expect(overlaps(layoutScenario(randomScenario(60 + seed * 7, seed), { width: 360 + seed * 40 }))).toEqual([]);
  });

  it('has no text that touches another where labels, names and texts are long', () => {
    const long = 'Donaudampfschifffahrtsgesellschaft '.repeat(3);
    const lanes = [{ name: long }, { name: `${long}.` }];
    const events = Array.from({ length: 30 }, (_, index) => ({
      time: index,
      lane: index % 2 === 0 ? long : `${long}.`,
      kind: 'next' as const,
      label: `${index} ${long}`,
    }));
    const layout = layoutScenario({ title: long, description: long.repeat(4), lanes, events, series: [] });
    expect(overlaps(layout)).toEqual([]);
    expect(textsOf(layout).filter(({ box }) => box.x + box.width > layout.width)).toEqual([]);
  });

  it('stacks what happens at the same time, and counts what is too much', () => {
    const at = (count: number): Scenario => ({
      title: 'at once',
      lanes: [{ name: 'a' }],
      events: Array.from({ length: count }, (_, index) => ({ time: 0, lane: 'a', kind: 'next', label: `${index}` })),
      series: [],
    });
    const drawn = (count: number) =>
      layoutScenario(at(count))
        .marks.filter(({ title }) => !title.startsWith('legend'))
        .map(({ kind, text }) => [kind, text?.text]);
    expect(drawn(3)).toEqual([
      ['next', '0'],
      ['next', '1'],
      ['next', '2'],
    ]);
    expect(drawn(11).slice(6)).toEqual([
      ['next', '6'],
      ['more', '+4'],
    ]);
    const ys = layoutScenario(at(3))
      .marks.slice(0, 3)
      .map(({ y }) => y);
    expect([ys[0]! - ys[1]!, ys[1]! - ys[2]!]).toEqual([26, 26]);
  });

  it('gives a record the same colour on every lane, and a key the same as another record of it', () => {
    const { marks } = layoutScenario(SMALL);
    const colours = (text: string) =>
      new Set(marks.filter((mark) => mark.text?.text === text).map(({ colour }) => colour));
    expect([colours('a'), colours('c'), colours('b'), colours('d')]).toEqual([
      new Set([0]),
      new Set([0]),
      new Set([1]),
      new Set([1]),
    ]);
  });

  it('draws time to scale where there is room', () => {
    const { marks } = layoutScenario(SMALL);
    const x = (title: string) => marks.find((mark) => mark.title.startsWith(title))!.x;
    const step = x('a attempt 1') - x('a at 0 ms');
    expect(x('a attempt 2') - x('a at 0 ms')).toBeCloseTo(4 * step);
  });

  it('goes on in another system where there is no room, and breaks off long silence', () => {
    const events = Array.from({ length: 60 }, (_, index) => ({
      time: index < 5 ? index : 900 + index,
      lane: 'a',
      kind: 'next' as const,
      label: `record ${index}`,
    }));
    const { texts, strokes } = layoutScenario({ title: 't', lanes: [{ name: 'a' }], events, series: [] });
    expect(texts.filter(({ text }) => text === 'a').length).toBeGreaterThan(2);
    const axis = strokes.find(({ role, title }) => role === 'axis' && title !== null);
    expect(axis?.title).toContain('drawn shorter');
  });

  it('draws an arc from an attempt that failed to the next one of the same record', () => {
    const { strokes } = layoutScenario(SMALL);
    const titles = strokes.filter(({ role }) => role === 'retry').map(({ title }) => title);
    expect(titles).toEqual(['a is tried again', null]); // the second is the legend's
  });

  it('ends the line of a lane where its stream ends', () => {
    const { strokes, marks } = layoutScenario(SMALL);
    const [source] = strokes.filter(({ role }) => role === 'lane');
    const complete = marks.find(({ kind }) => kind === 'complete')!;
    expect(source!.path).toBe(`M${source!.path.slice(1).split('H')[0]}H${Math.round(complete.x * 10) / 10}`);
  });

  it('shows a part of the scenario', () => {
    const { marks } = layoutScenario(SMALL, { from: 1, to: 4 });
    expect(marks.filter(({ title }) => !title.startsWith('legend')).map(({ title }) => title)).toEqual([
      'b dead letter at 2 ms: INVALID',
      'a attempt 1 at 1 ms',
      'a failed attempt 1 at 2 ms: 503',
      'a attempt 2 at 4 ms',
    ]);
  });

  it('counts more than 800 events in windows, and draws a part of them one by one', () => {
    const scenario = randomScenario(801);
    const marks = (options = {}) =>
      layoutScenario(scenario, options).marks.filter(({ title }) => !title.startsWith('legend'));
    const counted = marks().reduce((sum, { kind, text }) => (kind === 'request' ? sum : sum + Number(text?.text)), 0);
    const grants = scenario.events.filter(({ kind }) => kind === 'request').length;
    expect(counted).toBe(801 - grants);
    expect(marks({ to: 50 }).every(({ kind }) => kind !== 'more')).toBe(true);
  });

  it.each([
    [{ width: 100 }, 'option width is 100; give 360 to 4000'],
    [{ from: -1 }, 'option from is -1; give 0 or more'],
    [{ from: 5, to: 2 }, 'option to is 2; give milliseconds that come after from'],
    [{ to: NaN }, 'option to is NaN'],
  ])('refuses %p', (options, message) => {
    expect(() => layoutScenario(SMALL, options)).toThrow(message);
  });
});
