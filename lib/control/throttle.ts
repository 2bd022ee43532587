/** Pressure 0..1 to milliseconds by which grants are delayed. */
export type ThrottleCurve = (pressure: number) => number;

/** Nothing up to `from`, then evenly up to `mostMs` at 1. */
export function continuousThrottle(from: number, mostMs: number): ThrottleCurve {
  return (pressure) => (pressure <= from ? 0 : mostMs * Math.min(1, (pressure - from) / (1 - from)));
}

/** The classic steps: 20 ms above moderate, 50 above high, 100 above critical. */
export function classicThrottle(moderate: number, high: number, critical: number): ThrottleCurve {
  return (pressure) => {
    if (pressure > critical) return 100;
    if (pressure > high) return 50;
    return pressure > moderate ? 20 : 0;
  };
}

export const noThrottle: ThrottleCurve = () => 0;
