import { renderSvg } from 'sluice/marbles';
import { SCENARIOS } from './index.js';
import { playScenario } from './playScenario.js';

/** The pictures of the docs by file name, light or dark as the reader's browser prefers. */
export async function drawPictures(): Promise<Map<string, string>> {
  const pictures = new Map<string, string>();
  for (const scenario of SCENARIOS) {
    pictures.set(`${scenario.name}.svg`, renderSvg(await playScenario(scenario), 'auto'));
  }
  return pictures;
}
