import type { Scenario } from '../observability/scenario/Scenario.js';
import { px, SIZES, type Box, type Layout, type Mark, type PlacedText } from './Layout.js';
import { layoutScenario, type LayoutOptions } from './layoutScenario.js';
import { drawMark } from './markShapes.js';
import { styleOf, type ThemeChoice } from './styleOf.js';

/**
 * A scenario as a picture: one self-contained SVG, the same for the same input. It has a title and a description for
 * those who do not see it, and every mark has a title.
 *
 * @param theme `'light'` (default), `'dark'`, `'auto'` (as the viewer's browser prefers), or colours of your own
 * @throws SluiceError OPTION where the scenario or an option makes no sense; it names what and where
 *
 * @example
 * writeFileSync('slow-sink.svg', renderSvg(recorder.scenario('Slow sink'), 'dark'));
 */
export function renderSvg(scenario: Scenario, theme: ThemeChoice = 'light', options: LayoutOptions = {}): string {
  return drawLayout(layoutScenario(scenario, options), theme);
}

/** A layout as SVG. */
export function drawLayout(layout: Layout, theme: ThemeChoice): string {
  const { width, height, title, description, bands, strokes, marks, texts } = layout;
  const { style, root, keyCount } = styleOf(theme);
  const id = `${root}-${hash(title + description)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="${root}" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d">`,
    `<title id="${id}-t">${escape(title)}</title>`,
    `<desc id="${id}-d">${escape(description)}</desc>`,
    `<style>${style}</style>`,
    `<rect class="bg" width="${width}" height="${height}" rx="10"/>`,
    ...bands.map(drawBand),
    ...strokes.map(({ role, path, title: said }) =>
      path === '' ? '' : `<path class="${role}" d="${path}"${said === null ? '/>' : `>${titled(said)}</path>`}`,
    ),
    ...marks.map((mark) => drawTitled(mark, keyCount)),
    ...texts.map(drawText),
    '</svg>',
    '',
  ]
    .filter((line, index, lines) => line !== '' || index === lines.length - 1)
    .join('\n');
}

function drawBand({ x, y, width, height }: Box): string {
  return `<rect class="band" x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" rx="6"/>`;
}

function drawTitled(mark: Mark, keyCount: number): string {
  const { x, y, colour, text, title } = mark;
  const key = colour === null ? '' : ` k${colour % keyCount}`;
  const label =
    text === null
      ? ''
      : `<text${offset('x', text.x - x)} y="${px(text.y - y)}"${start(text)}>${escape(text.text)}</text>`;
  return `<g class="${mark.kind}${key}" transform="translate(${px(x)} ${px(y)})">${titled(title)}${drawMark(mark)}${label}</g>`;
}

function offset(name: string, value: number): string {
  return Math.abs(value) < 0.05 ? '' : ` ${name}="${px(value)}"`;
}

function start({ anchor }: PlacedText): string {
  return anchor === 'start' ? ' class="start"' : '';
}

function drawText({ text, tone, size, anchor, x, y }: PlacedText): string {
  const at = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  const body = size === SIZES.body ? ' body' : '';
  return `<text class="${tone}${body}" x="${px(x)}" y="${px(y)}"${at}>${escape(text)}</text>`;
}

function titled(title: string): string {
  return `<title>${escape(title)}</title>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters, and halves of pairs. */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** Text for XML. What XML cannot hold at all is replaced. */
function escape(text: string): string {
  return text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}

/** So that two pictures in one page have titles of their own. */
function hash(text: string): string {
  let sum = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return sum.toString(36);
}
