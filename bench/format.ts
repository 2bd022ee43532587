import type { Spread } from './statistics.js';

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** 1234567 → '1,234,567'. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A power of ten as one: 1000000 → '10⁶'. Other numbers are counted out. */
export function formatPower(count: number): string {
  const exponent = Math.round(Math.log10(count));
  if (10 ** exponent !== count) return formatCount(count);
  return `10${exponent.toString().replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]!)}`;
}

/** Records a second: 14080782 → '14.1 M', 86415 → '86 k'. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 999_500) return `${significant(perSecond / 1e6)} M`;
  if (perSecond >= 999.5) return `${significant(perSecond / 1e3)} k`;
  return significant(perSecond);
}

/** '1.05 (0.98–1.10)'. */
export function formatRatio({ median, least, greatest }: Spread): string {
  return `${hundredths(median)} (${hundredths(least)}–${hundredths(greatest)})`;
}

export function formatMilliseconds(ms: number): string {
  return `${significant(ms)} ms`;
}

/** Less than a millisecond in microseconds: 0.0123 → '12.3 µs'. */
export function formatLatency(ms: number): string {
  return ms < 0.9995 ? `${significant(ms * 1000)} µs` : formatMilliseconds(ms);
}

/** In kB of 1,000 bytes. */
export function formatBytes(bytes: number): string {
  if (bytes === 0) return '0';
  return bytes >= 1e6 ? `${significant(bytes / 1e6)} MB` : `${significant(bytes / 1e3)} kB`;
}

function hundredths(value: number): string {
  return value >= 100 ? formatCount(value) : value.toFixed(2);
}

/** Two or three digits that mean something: 1.23, 12.3, 123. */
function significant(value: number): string {
  if (value >= 99.95) return formatCount(value);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
