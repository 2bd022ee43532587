import * as z from 'zod/mini';
import type { SchedulerLike } from 'rxjs';
import { fn, milliseconds, scheduler } from '../options/common.js';
import { deadLetterOptions } from './deadLetterOptions.js';
import type { DeadLetterQueueOptions } from './DeadLetterQueue.js';
import type { Logger, LogLevel } from './Logger.js';
import type { StageKind } from './observedStage.js';
import type { SignalsOption } from './PlatformSignals.js';
import type { Formula } from './pressure.js';
import type { ThrottleCurve } from './throttle.js';

export interface ControllerOptions {
  /** The longest time between two samples of a stage, in milliseconds. Default 2000. */
  readonly monitoringIntervalMs?: number | undefined;
  /** Pressure above which the throttle begins. Default 0.6. */
  readonly moderatePressureThreshold?: number | undefined;
  /** Pressure above which `shouldThrottleStage` is true. Default 0.8. */
  readonly highPressureThreshold?: number | undefined;
  /** Pressure of a stage all of whose work fails, and the last of the classic steps. Default 0.9. */
  readonly criticalPressureThreshold?: number | undefined;
  /** A stage's own trigger by its name or kind, 0..1. Defaults: gateway 0.7, keyGen 0.8, ingressProcessing 0.75, asyncEgress 0.9, finalSink 0.85, other 0.9. */
  readonly stageThresholds?: Readonly<Record<string, number>> | undefined;
  /** Pressure formulas by kind, in place of the default ones. */
  readonly weights?: Readonly<Partial<Record<StageKind, Formula>>> | undefined;
  /** Service latency that counts as full pressure, in milliseconds, by name or kind; `default` for all others. Default 1000. */
  readonly latencyObjectivesMs?: Readonly<Record<string, number>> | undefined;
  /** `'continuous'` (default), `'classic'` steps, `'off'`, or a function of the pressure. */
  readonly throttle?: 'continuous' | 'classic' | 'off' | ThrottleCurve | undefined;
  /** The queue of dead letters: `maxSize` (10,000), `whenFull` ('block'), `maxRedrives` (3). */
  readonly deadLetters?: DeadLetterQueueOptions | undefined;
  /** Whether assignments are looked at each interval and key groups moved. Default true. */
  readonly rebalance?: boolean | undefined;
  /**
   * Signals beside the stages: functions `n` (network), `m` (memory) and `d` (event loop) that return 0..1 and are asked
   * at each look, in place of the platform's; or `'off'`. Default: `m` and `d` in Node, none in a browser, and none
   * where a `scheduler` is given whose time is not the platform's.
   */
  readonly signals?: SignalsOption | undefined;
  /** Where lines go: anything with debug, info, warn and error; or `'off'`. Default winston in Node, else the console. */
  readonly logger?: Logger | 'off' | undefined;
  /** Where timers and the time come from. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

const level = 'give a pressure between 0 and 1';
const pressure = z.number(level).check(z.minimum(0, level), z.maximum(1, level));
const KINDS = ['gateway', 'keyGen', 'ingressProcessing', 'asyncEgress', 'finalSink', 'other'] as const;
const formula = z.custom<Formula>(
  (value) => Array.isArray(value) && value.length > 0 && value.every((sum) => Array.isArray(sum)),
  'give sums of terms: [[{ weight: 0.7, of: ["q"] }, { weight: 0.3, of: ["c"] }]]',
);

const signal = fn<() => number>('give a function () => number');
const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const logger = z.custom<Logger>(
  (value) => value != null && LEVELS.every((name) => typeof (value as Partial<Logger>)[name] === 'function'),
);

export const CONTROLLER_SCHEMA = z.strictObject({
  monitoringIntervalMs: z.optional(milliseconds.check(z.minimum(1, 'give at least 1 millisecond'))),
  moderatePressureThreshold: z.optional(pressure),
  highPressureThreshold: z.optional(pressure),
  criticalPressureThreshold: z.optional(pressure),
  stageThresholds: z.optional(z.record(z.string(), pressure)),
  weights: z.optional(z.partialRecord(z.enum(KINDS), formula)),
  latencyObjectivesMs: z.optional(z.record(z.string(), milliseconds.check(z.gt(0, 'give more than 0 milliseconds')))),
  throttle: z.optional(
    z.union(
      [z.enum(['continuous', 'classic', 'off']), z.custom<ThrottleCurve>((value) => typeof value === 'function')],
      `give 'continuous', 'classic', 'off' or a function (pressure) => milliseconds`,
    ),
  ),
  deadLetters: z.optional(deadLetterOptions),
  rebalance: z.optional(z.boolean('give true or false')),
  signals: z.optional(
    z.union(
      [z.literal('off'), z.strictObject({ n: z.optional(signal), m: z.optional(signal), d: z.optional(signal) })],
      `give { n, m, d }, functions that return a pressure between 0 and 1, or 'off'`,
    ),
  ),
  logger: z.optional(
    z.union([z.literal('off'), logger], `give an object with debug, info, warn and error, such as console, or 'off'`),
  ),
  scheduler: z.optional(scheduler),
});

/** @internal For the test that changes every option in turn. */
export const CONTROLLER_OPTIONS: readonly string[] = Object.keys(CONTROLLER_SCHEMA.def.shape);

/** The reference system's own triggers, by kind. */
export const DEFAULT_TRIGGERS: Readonly<Record<StageKind, number>> = {
  gateway: 0.7,
  keyGen: 0.8,
  ingressProcessing: 0.75,
  asyncEgress: 0.9,
  finalSink: 0.85,
  other: 0.9,
};
