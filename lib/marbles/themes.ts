/** How the marbles of one key look: the fill, the text on it, and the ring around it. */
export interface KeyColour {
  readonly fill: string;
  readonly text: string;
  readonly ring: string;
}

/** The colours of a picture, as `#rrggbb`. */
export interface Theme {
  readonly background: string;
  /** Every second lane. */
  readonly band: string;
  readonly text: string;
  /** Text of less weight. */
  readonly muted: string;
  /** Lines of lanes and axes. */
  readonly line: string;
  /** Grants, and what is left of them. */
  readonly credit: string;
  readonly fill: string;
  readonly fillEdge: string;
  readonly pressure: string;
  /** What went wrong: errors, refusals. */
  readonly bad: string;
  readonly good: string;
  /** In turn for as many keys as there are. Each differs from its neighbours for people who see fewer colours, too. */
  readonly keys: readonly KeyColour[];
}

export type ThemeName = 'light' | 'dark';

const DARK_TEXT = '#11151a';

/** The fills are those of Okabe and Ito, a little darker where white stands on them. */
const FILLS: readonly (readonly [fill: string, text: string, ringOnWhite: string])[] = [
  ['#0072b2', '#ffffff', '#005a8c'],
  ['#e69f00', DARK_TEXT, '#9a6a00'],
  ['#009e73', DARK_TEXT, '#007556'],
  ['#bf4e00', '#ffffff', '#963d00'],
  ['#56b4e9', DARK_TEXT, '#2b7fb0'],
  ['#cc79a7', DARK_TEXT, '#a04f7c'],
  ['#f0e442', DARK_TEXT, '#8a8200'],
  ['#6b7280', '#ffffff', '#4b5563'],
];

const keysOn = (ringOf: (fill: string, ringOnWhite: string) => string): KeyColour[] =>
  FILLS.map(([fill, text, ringOnWhite]) => ({ fill, text, ring: ringOf(fill, ringOnWhite) }));

/** The colours of each theme, by its name. */
export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  light: {
    background: '#ffffff',
    band: '#f6f8fa',
    text: '#1b1f24',
    muted: '#57606a',
    line: '#7d8590',
    credit: '#0550ae',
    fill: '#d4dbe3',
    fillEdge: '#6e7b8a',
    pressure: '#b03a00',
    bad: '#b3261e',
    good: '#116b3c',
    keys: keysOn((_, ringOnWhite) => ringOnWhite),
  },
  dark: {
    background: '#0d1117',
    band: '#161b22',
    text: '#e6edf3',
    muted: '#9da7b3',
    line: '#7d8590',
    credit: '#79c0ff',
    fill: '#2b333d',
    fillEdge: '#8592a0',
    pressure: '#ffa657',
    bad: '#ff8a80',
    good: '#56d38a',
    keys: keysOn((fill) => (fill === '#0072b2' ? '#3f9fd6' : fill === '#6b7280' ? '#9aa3b0' : fill)),
  },
};
