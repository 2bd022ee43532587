import { describe, expect, it } from '@jest/globals';
import { THEMES, type ThemeName } from '../../lib/marbles/index.js';

type Rgb = readonly [number, number, number];

const linear = (hex: string): Rgb => {
  const channel = (at: number): number => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
};

const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** As WCAG 2 defines it. */
function contrast(one: string, other: string): number {
  const [bright, dark] = [luminance(linear(one)), luminance(linear(other))].sort((a, b) => b - a);
  return (bright! + 0.05) / (dark! + 0.05);
}

/** How the colours look to people without red, green or blue cones (Machado, Oliveira and Fernandes, 2009). */
const SIGHTS: Readonly<Record<string, readonly Rgb[]>> = {
  everyone: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Distance in CIELAB. */
function difference(one: string, other: string, sight: readonly Rgb[]): number {
  const lab = (hex: string): Rgb => {
    const rgb = linear(hex);
    const seen = sight.map((row) => Math.min(1, Math.max(0, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2])));
    const [r, g, b] = seen as unknown as Rgb;
    const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
    const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
    const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
    const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
  };
  const [a, b] = [lab(one), lab(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

describe.each(Object.keys(THEMES) as ThemeName[])('the %s theme', (name) => {
  const theme = THEMES[name];
  const grounds = [theme.background, theme.band];

  it.each(['text', 'muted', 'credit', 'pressure'] as const)('writes in %s with a contrast of at least 4.5', (role) => {
    for (const ground of grounds) expect(contrast(theme[role], ground)).toBeGreaterThanOrEqual(4.5);
  });

  it('writes on every key with a contrast of at least 4.5', () => {
    for (const { fill, text } of theme.keys) expect(contrast(fill, text)).toBeGreaterThanOrEqual(4.5);
  });

  it('draws with a contrast of at least 3', () => {
    const drawn = [theme.line, theme.fillEdge, theme.bad, theme.good, ...theme.keys.map(({ ring }) => ring)];
    const faint = drawn.filter((colour) => grounds.some((ground) => contrast(colour, ground) < 3));
    expect(faint).toEqual([]);
  });

  it.each(Object.keys(SIGHTS))('has keys that can be told apart: %s', (sight) => {
    const fills = theme.keys.map(({ fill }) => fill);
    const pairs = fills.flatMap((one, index) => fills.slice(index + 1).map((other) => [one, other] as const));
    const alike = pairs.filter(([one, other]) => difference(one, other, SIGHTS[sight]!) < 10);
    expect(alike).toEqual([]);
  });
});
