import type { StageKind, StageReading } from './observedStage.js';

/** Signals of one stage, each 0..1. */
export interface Signals {
  /** Fill of the inbox. */
  readonly q: number;
  /** Credit scarcity: what is held, against what can be held. Never from what is available, which holds the throttle. */
  readonly c: number;
  /** Service latency against the objective; of work that does not end, the time for which nothing has ended. */
  readonly l: number;
  /** Failed share. */
  readonly e: number;
}

/** `weight` times the largest, or the product, of some signals. */
export interface Term {
  readonly weight: number;
  readonly of: readonly (keyof Signals)[];
  readonly by?: 'largest' | 'product';
}

/** The largest of several sums. Plain data, so that it can be replaced. */
export type Formula = readonly (readonly Term[])[];

export const DEFAULT_FORMULAS: Readonly<Record<StageKind, Formula>> = {
  gateway: [[term(0.8, 'q', 'c'), term(0.2, 'l')]],
  keyGen: [[term(0.6, 'q'), term(0.3, 'c'), term(0.1, 'l')]],
  ingressProcessing: [[term(0.5, 'q'), term(0.3, 'c'), term(0.2, 'e')]],
  asyncEgress: [[term(0.4, 'c'), term(0.4, 'l'), term(0.2, 'e')], [{ weight: 1, of: ['c', 'l'], by: 'product' }]],
  finalSink: [[term(0.7, 'q'), term(0.3, 'c')]],
  other: [[term(1, 'q', 'c')]],
};

/** Pressure at and above which a stage counts as so-and-so. */
export interface PressureThresholds {
  readonly moderate: number;
  readonly high: number;
  readonly critical: number;
}

/** The signals of a reading. Fills are taken against what the pipeline's limits can reach. */
export function signalsOf(reading: StageReading, latencyObjectiveMs: number): Signals {
  const reachable = Math.max(1, Math.min(reading.capacity, reading.reachable));
  return {
    q: clamp(reading.buffered / reachable),
    c: clamp(reading.held / reachable),
    l: clamp(Math.max(reading.latencyMs, reading.stalledMs) / latencyObjectiveMs),
    e: clamp(reading.errorShare),
  };
}

/** The pressure of one stage, 0..1. A stage most of whose work fails is at least high, one whose all fails critical. */
export function stagePressure(signals: Signals, formula: Formula, thresholds: PressureThresholds): number {
  let pressure = 0;
  for (const sum of formula) {
    let total = 0;
    for (const part of sum) total += valueOf(part, signals);
    if (total > pressure) pressure = total;
  }
  if (signals.e >= ALL_FAILS) return clamp(Math.max(pressure, thresholds.critical));
  if (signals.e > 0.5) return clamp(Math.max(pressure, thresholds.high));
  return clamp(pressure);
}

export function clamp(value: number): number {
  return value > 0 ? Math.min(1, value) : 0;
}

/** A share that is decayed never quite reaches 1. */
const ALL_FAILS = 0.999;

function term(weight: number, ...of: (keyof Signals)[]): Term {
  return { weight, of };
}

function valueOf({ weight, of, by = 'largest' }: Term, signals: Signals): number {
  const isLargest = by === 'largest';
  let value = isLargest ? -Infinity : 1;
  for (const name of of) value = isLargest ? Math.max(value, signals[name]) : value * signals[name];
  return weight * value;
}
