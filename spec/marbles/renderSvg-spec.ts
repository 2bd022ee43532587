import { describe, expect, it } from '@jest/globals';
import { layoutScenario, renderSvg, textsOf, THEMES, type Scenario } from '../../lib/marbles/index.js';
import { randomScenario, SMALL } from '../helpers/scenarios.js';

const said = (svg: string): string[] => [...svg.matchAll(/<title>([^<]*)<\/title>/g)].map(([, title]) => title!);

describe('renderSvg', () => {
  it('draws every mark and every text of the layout, each mark with its title', () => {
    const layout = layoutScenario(SMALL);
    const svg = renderSvg(SMALL);
    expect(svg.match(/<g /g)).toHaveLength(layout.marks.length);
    expect(svg.match(/<text/g)).toHaveLength(textsOf(layout).length);
    for (const [, inside] of svg.matchAll(/<g [^>]*>(.*)<\/g>/g)) expect(inside).toMatch(/^<title>[^<]+<\/title>/);
  });

  it('says what it is to those who do not see it', () => {
    const svg = renderSvg(SMALL);
    const [, title, description] = /role="img" aria-labelledby="(\S+) (\S+)"/.exec(svg)!;
    expect(svg).toContain(`<title id="${title!}">Small &amp; complete</title>`);
    expect(svg).toContain(
      `<desc id="${description!}">Every kind of event, once. 14 events on 3 lanes: source, work, out.</desc>`,
    );
    expect(said(svg)).toEqual(
      expect.arrayContaining([
        'a at 0 ms',
        '2 granted at 0 ms',
        'unbounded demand at 0 ms',
        'a failed attempt 1 at 2 ms: 503',
        'a succeeded attempt 2 at 5 ms',
        'b dead letter at 2 ms: INVALID',
        'c dropped at 6 ms: OVERFLOW',
        'd parked at 6 ms',
        'complete at 7 ms',
        'error no &lt;more&gt; at 8 ms',
        'credit granted and not yet used, between 0 and 1',
      ]),
    );
  });

  it('is one file: no script, no link, nothing from elsewhere', () => {
    const svg = renderSvg(SMALL, 'auto').replace('http://www.w3.org/2000/svg', '');
    expect(svg).not.toMatch(/https?:|<script|<image|href|url\(|@import/);
  });

  it('writes nothing that is not XML, whatever the labels are', () => {
    const label = `<&">${String.fromCharCode(0, 7, 0xd800, 0xffff)}`;
    const event = { time: 0, lane: '<b>', kind: 'next', label } as const;
    const svg = renderSvg({ title: '</title>', lanes: [{ name: '<b>' }], events: [event], series: [] });
    expect(svg).toContain('&lt;&amp;&quot;&gt;');
    expect(svg).toContain('&lt;/title&gt;');
    expect(svg).not.toMatch(/[\u0000-\u0008\uffff]|\p{Surrogate}/u);
  });

  it('takes its colours from the theme, and both with auto', () => {
    const [light, dark, auto] = (['light', 'dark', 'auto'] as const).map((theme) => renderSvg(SMALL, theme));
    expect(light).toContain(`.bg{fill:${THEMES.light.background}}`);
    expect(dark).toContain(`.bg{fill:${THEMES.dark.background}}`);
    expect(auto).toMatch(/\.bg\{fill:#ffffff\}.*@media \(prefers-color-scheme:dark\)\{.*\.bg\{fill:#0d1117\}/);
    expect(renderSvg(SMALL, { ...THEMES.dark, background: '#102030' })).toContain('.bg{fill:#102030}');
  });

  it('begins the colours again where there are more keys than colours', () => {
    const events = Array.from({ length: 10 }, (_, time) => ({
      time,
      lane: 'a',
      kind: 'next' as const,
      label: `${time}`,
    }));
    const svg = renderSvg({ title: 't', lanes: [{ name: 'a' }], events, series: [] });
    expect([...svg.matchAll(/class="next k(\d)"/g)].map(([, key]) => key)).toEqual('0123456701'.split(''));
  });

  it('is the same for the same input, and smaller than 2 MB for 10,000 events', () => {
    const scenario = randomScenario(10_000);
    const before = JSON.stringify(scenario);
    const svg = renderSvg(scenario);
    expect(renderSvg(scenario)).toBe(svg);
    expect(JSON.stringify(scenario)).toBe(before);
    expect(svg.length).toBeLessThan(2_000_000);
    const densest = renderSvg(randomScenario(800));
    expect(densest.length).toBeLessThan(2_000_000);
  });

  it('draws a scenario without events, and one without lanes', () => {
    const empty: Scenario = { title: 'nothing', lanes: [{ name: 'a' }], events: [], series: [] };
    expect(renderSvg(empty)).toContain('<path class="lane"');
    expect(renderSvg({ ...empty, lanes: [] })).toContain('nothing');
  });
});
