import { describe, expect, it } from '@jest/globals';
import { shorten, textWidth, wrap } from '../../lib/marbles/textWidth.js';

/** Advances of DejaVu Sans and of Liberation Sans, which has those of Arial, as their files say, in units of the em. */
const METRICS = [
  { bold: false, em: 2048, text: 'Wide Marbles 0123 {ok}', dejaVu: 25424, liberation: 21744 },
  { bold: true, em: 2048, text: 'Wide Marbles 0123 {ok}', dejaVu: 28546, liberation: 22879 },
];

describe('textWidth', () => {
  it.each(METRICS)('is at least that of real fonts: $text, bold $bold', ({ text, bold, em, dejaVu, liberation }) => {
    const width = textWidth(text, 1, bold);
    const real = Math.max(dejaVu, liberation) / em;
    expect(width).toBeGreaterThanOrEqual(real);
    expect(width).toBeLessThan(real * 1.05);
  });

  it('grows with the size, and is never less than an em for what is not Latin', () => {
    expect(textWidth('abc', 20, false)).toBe(2 * textWidth('abc', 10, false));
    for (const text of ['水', '…', '∞', '✓', '🙂']) expect(textWidth(text, 10, false)).toBeGreaterThanOrEqual(10);
  });
});

describe('shorten', () => {
  it('keeps what is short, and whole characters of what is long', () => {
    expect([shorten('abc', 3), shorten('abcd', 3), shorten('🙂🙂🙂🙂', 3)]).toEqual(['abc', 'ab…', '🙂🙂…']);
  });
});

describe('wrap', () => {
  it('breaks between words, and leaves a word that is too long alone', () => {
    expect(wrap('a bb ccc', textWidth('a bb', 10, false), 10)).toEqual(['a bb', 'ccc']);
    expect(wrap('enormous', 10, 10)).toEqual(['enormous']);
    expect(wrap('', 10, 10)).toEqual([]);
  });
});
