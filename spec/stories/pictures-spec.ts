import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { layoutScenario, renderSvg, textsOf } from 'sluice/marbles';
import { SCENARIOS } from '../../stories/index.js';
import { playScenario } from '../../stories/playScenario.js';

const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const drawn = new Set<string>();

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('%s', (name, definition) => {
  it('happens as it is written, and its picture shows what happens', async () => {
    const scenario = await playScenario(definition);
    drawn.add(`${name}.svg`);
    const picture = `${folder}${name}.svg`;
    if (!existsSync(picture)) throw new Error(`docs/pictures/${name}.svg is missing: npm run docs:pictures`);
    if (readFileSync(picture, 'utf8') !== renderSvg(scenario, 'auto')) {
      throw new Error(`docs/pictures/${name}.svg is stale: npm run docs:pictures`);
    }
    expect(textsOf(layoutScenario(scenario)).filter(({ size }) => size < 10)).toEqual([]);
  });

  it('happens the same again', async () => {
    expect(await playScenario(definition)).toEqual(await playScenario(definition));
  });
});

describe('the pictures', () => {
  const files = (): string[] => readdirSync(folder).sort();
  afterAll(() => drawn.clear());

  it('are those of the scenarios, and no others', () => {
    expect(files()).toEqual(SCENARIOS.map(({ name }) => `${name}.svg`).sort());
  });

  it('shows at least three of them in the README', () => {
    const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
    const shown = [...readme.matchAll(/docs\/pictures\/([\w-]+\.svg)/g)].map(([, file]) => file!);
    expect(new Set(shown).size).toBeGreaterThanOrEqual(3);
    for (const file of shown) expect(files()).toContain(file);
  });
});

describe('a scenario whose expectation is wrong', () => {
  it.each([
    [{ emits: '-' }, 'what the flow emits differs'],
    [{ requests: '-' }, 'what is requested differs'],
    [{ exits: ['z drop OVERFLOW'] }, 'the records that left on the way differ'],
  ])('fails: %p', async (change, message) => {
    const [scenario] = SCENARIOS;
    const wrong = { ...scenario!, expected: { ...scenario!.expected, ...change } };
    await expect(playScenario(wrong)).rejects.toThrow(message);
  });
});
