/** How a pipeline is, in the four words of the reference system. */
export type Health = 'healthy' | 'moderate' | 'high' | 'critical';

export type HealthLabel = '✅ HEALTHY' | '⚠️ MODERATE PRESSURE' | '🔶 HIGH PRESSURE' | '🔴 CRITICAL PRESSURE';

const LABELS: Readonly<Record<Health, HealthLabel>> = {
  healthy: '✅ HEALTHY',
  moderate: '⚠️ MODERATE PRESSURE',
  high: '🔶 HIGH PRESSURE',
  critical: '🔴 CRITICAL PRESSURE',
};

const ORDER: readonly Health[] = ['healthy', 'moderate', 'high', 'critical'];

/** Pressure at which each band begins. Throttle steps are another thing with another name. */
const BANDS: readonly number[] = [0, 0.3, 0.6, 0.8];

/** A band is left only when the pressure has fallen so far below its beginning. */
const HYSTERESIS = 0.05;

export function healthLabel(health: Health): HealthLabel {
  return LABELS[health];
}

/** The band of a pressure, given the band before: up at once, down only past the hysteresis. */
export function nextHealth(before: Health, pressure: number): Health {
  const now = bandOf(pressure);
  const was = ORDER.indexOf(before);
  if (now >= was) return ORDER[now] ?? 'critical';
  return ORDER[Math.min(was, bandOf(pressure + HYSTERESIS))] ?? 'healthy';
}

function bandOf(pressure: number): number {
  let band = 0;
  while (band + 1 < BANDS.length && pressure >= (BANDS[band + 1] ?? 1)) band++;
  return band;
}
