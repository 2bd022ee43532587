import { SIZES } from './Layout.js';
import { THEMES, type Theme, type ThemeName } from './themes.js';

/** A theme by name, the one that the viewer's browser prefers, or colours of your own. */
export type ThemeChoice = ThemeName | 'auto' | Theme;

export interface Style {
  readonly style: string;
  /** The class of the picture: every rule is about what is inside of it. */
  readonly root: string;
  readonly keyCount: number;
}

const FONT = `Inter,"Segoe UI",Roboto,"Helvetica Neue",Helvetica,Arial,sans-serif`;

/** The style sheet of a picture. It reaches nothing outside of it. */
export function styleOf(choice: ThemeChoice): Style {
  const root = typeof choice === 'string' ? `sluice-${choice}` : 'sluice-own';
  const theme = typeof choice === 'string' ? THEMES[choice === 'auto' ? 'light' : choice] : choice;
  const dark = choice === 'auto' ? `@media (prefers-color-scheme:dark){${scoped(root, colours(THEMES.dark))}}` : '';
  return { style: scoped(root, [...SHAPES, ...colours(theme)]) + dark, root, keyCount: theme.keys.length };
}

type Rule = readonly [selectors: string, declarations: string];

const SHAPES: readonly Rule[] = [
  ['text', `font:${SIZES.small}px ${FONT}`],
  ['.body', `font-size:${SIZES.body}px`],
  ['.title', `font-size:${SIZES.title}px;font-weight:700`],
  ['.name', `font-size:${SIZES.name}px;font-weight:700`],
  ['g text', `font-size:${SIZES.mark}px;font-weight:700;text-anchor:middle`],
  ['g .start', `font-size:${SIZES.small}px;font-weight:400;text-anchor:start`],
  ['path', 'fill:none;stroke-linecap:round;stroke-linejoin:round'],
  ['.grid', 'stroke-width:1;stroke-dasharray:1 5'],
  ['.lane,.rest', 'stroke-width:1.5'],
  ['.rest', 'stroke-dasharray:1 5'],
  ['.axis,.limit', 'stroke-width:1'],
  ['.exit,.retry', 'stroke-width:1.4'],
  ['.credit', 'stroke-width:2'],
  ['.fillEdge', 'stroke-width:1.2'],
  ['.pressure', 'stroke-width:2'],
  ['.pressureArea', 'opacity:.16'],
  ['g circle,g rect', 'stroke-width:1.5'],
  ['g .i', 'stroke-width:1.7'],
  ['.complete path', 'stroke-width:3'],
  ['.error path', 'stroke-width:3'],
  ['.drop rect', 'stroke-dasharray:3 2.5'],
];

function colours(theme: Theme): Rule[] {
  const { background, band, text, muted, line, credit, fill, fillEdge, pressure, bad, good, keys } = theme;
  return [
    ['.bg', `fill:${background}`],
    ['.band', `fill:${band}`],
    ['.title,.name', `fill:${text}`],
    ['.muted', `fill:${muted}`],
    ['text.credit', `fill:${credit}`],
    ['text.fill', `fill:${muted}`],
    ['text.pressure', `fill:${pressure}`],
    ['.lane,.rest,.axis', `stroke:${line}`],
    ['.grid,.limit', `stroke:${line};stroke-opacity:.45`],
    ['.exit,.retry', `stroke:${muted}`],
    ['path.credit', `stroke:${credit}`],
    ['path.fill', `fill:${fill}`],
    ['.fillEdge', `stroke:${fillEdge}`],
    ['path.pressure', `stroke:${pressure}`],
    ['.pressureArea', `fill:${pressure}`],
    ['g text', `fill:${text}`],
    ['.request text', `fill:${credit}`],
    ['.request path', `fill:${credit}`],
    ['g circle,g rect', `fill:${background};stroke:${muted}`],
    ...keys.flatMap(({ fill: inside, text: label, ring }, index): Rule[] => [
      [`.k${index} rect`, `stroke:${ring}`],
      [`.next.k${index} circle,.next.k${index} rect`, `fill:${inside};stroke:${ring}`],
      [`.next.k${index} text`, `fill:${label}`],
    ]),
    ['g .i', `stroke:${bad}`],
    ['.ack .i', `stroke:${good}`],
    ['.park .i', `stroke:${muted}`],
    ['.complete path', `stroke:${text}`],
    ['.error path', `stroke:${bad}`],
  ];
}

function scoped(root: string, rules: readonly Rule[]): string {
  return rules
    .map(([selectors, declarations]) => {
      const within = selectors.split(',').map((selector) => `.${root} ${selector}`);
      return `${within.join(',')}{${declarations}}`;
    })
    .join('');
}
