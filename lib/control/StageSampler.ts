import { SluiceError } from '../credit/SluiceError.js';
import type { ControllerOptions } from './controllerOptions.js';
import type { Instance } from './ObservedStages.js';
import type { PipelineLog } from './PipelineLog.js';
import { DEFAULT_FORMULAS, signalsOf, stagePressure, type PressureThresholds } from './pressure.js';
import { classicThrottle, continuousThrottle, noThrottle, type ThrottleCurve } from './throttle.js';

/** The most that the continuous throttle delays a grant. */
const MOST_DELAY_MS = 100;

/** Service latency that counts as full pressure, where nothing else is said. */
const DEFAULT_OBJECTIVE_MS = 1000;

/** Makes a pressure of what a stage tells, and a delay of a pressure. */
export class StageSampler {
  readonly thresholds: PressureThresholds;
  private readonly curve: ThrottleCurve;

  constructor(
    private readonly options: ControllerOptions,
    private readonly log: PipelineLog,
  ) {
    this.thresholds = thresholdsOf(options);
    this.curve = curveOf(options, this.thresholds);
  }

  /** Milliseconds by which the grants of this stage are delayed. */
  delayMs({ pressure }: Instance): number {
    return this.curve(pressure);
  }

  sample(instance: Instance, now: number): void {
    const reading = instance.stage.read();
    instance.reading = reading;
    instance.readAt = now;
    const { kind, name } = instance.stage;
    const { latencyObjectivesMs: objectives, weights } = this.options;
    const objective = objectives?.[name] ?? objectives?.[kind] ?? objectives?.['default'] ?? DEFAULT_OBJECTIVE_MS;
    const formula = weights?.[kind] ?? DEFAULT_FORMULAS[kind];
    instance.pressure = stagePressure(signalsOf(reading, objective), formula, this.thresholds);
    instance.clock.enter(reading.activity, now);
    const withholds = reading.availableCredits <= 0 && reading.activity !== 'backPressured';
    if (!withholds) instance.withholdsSince = null;
    else instance.withholdsSince ??= now;
    this.noteThrottle(instance);
  }

  private noteThrottle(instance: Instance): void {
    const delayMs = this.curve(instance.pressure);
    if (delayMs > 0 === instance.isThrottled) return;
    instance.isThrottled = delayMs > 0;
    this.log.throttle(instance.stage.name, delayMs);
  }
}

function thresholdsOf(options: ControllerOptions): PressureThresholds {
  const { moderatePressureThreshold: moderate = 0.6, highPressureThreshold: high = 0.8 } = options;
  const { criticalPressureThreshold: critical = 0.9 } = options;
  if (moderate <= high && high <= critical) return { moderate, high, critical };
  throw new SluiceError(
    'OPTION',
    `PipelineBackPressureController: the thresholds are ${String(moderate)}, ${String(high)} and ${String(critical)}; ` +
      `give moderate <= high <= critical`,
  );
}

function curveOf({ throttle = 'continuous' }: ControllerOptions, thresholds: PressureThresholds): ThrottleCurve {
  if (typeof throttle === 'function') return throttle;
  if (throttle === 'off') return noThrottle;
  if (throttle === 'classic') return classicThrottle(thresholds.moderate, thresholds.high, thresholds.critical);
  return continuousThrottle(thresholds.moderate, MOST_DELAY_MS);
}
