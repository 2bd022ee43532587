import { asapScheduler, asyncScheduler, type SchedulerLike, type Subscription } from 'rxjs';
import * as z from 'zod/mini';
import type { PipelineBackPressureController } from '../../control/PipelineBackPressureController.js';
import type { PipelineStatus } from '../../control/status.js';
import type { CreditAccount } from '../../credit/CreditAccount.js';
import { Bookkeeper } from '../../records/Bookkeeper.js';
import type { DeadLetter } from '../../records/DeadLetter.js';
import type { RecordContext } from '../../records/RecordContext.js';
import { checkOptions } from '../../options/checkOptions.js';
import { count, fn, scheduler } from '../../options/common.js';
import type { EgressInfo } from '../../stages/EgressInfo.js';
import type { Destination } from '../../destinations/Destination.js';
import { recordedDestination } from './recordedDestination.js';
import { RecordNames, type NameOptions } from './RecordNames.js';
import type { Scenario, ScenarioEvent } from './Scenario.js';
import { SeriesLog } from './SeriesLog.js';

export interface ScenarioRecorderOptions extends NameOptions {
  /** Events that are kept; older ones are counted as omitted. Default 10,000. */
  readonly limit?: number | undefined;
  /** Where the times come from. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

const SCHEMA = z.strictObject({
  limit: z.optional(count),
  scheduler: z.optional(scheduler),
  label: z.optional(fn<(origin: unknown, value: unknown) => string>('give a function (origin, value) => label')),
  key: z.optional(fn<(origin: unknown) => string | undefined>('give a function (origin) => key')),
});

/** @internal For the test that changes every option in turn. */
export const RECORDER_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/** What a probe, or your own code, notes; the recorder knows the time. */
export type Noted = Omit<ScenarioEvent, 'time'>;

/** Grants beyond this are meant as "everything". */
const AS_GOOD_AS_UNBOUNDED = 2 ** 52;

/** A credit that a lane looks at. */
interface Gauge {
  readonly lane: string;
  readonly account: CreditAccount;
  readonly credit: SeriesLog;
  /** Null where nobody knows how much is in work: the consumer is no stage. */
  readonly fill: SeriesLog | null;
  readonly pressure: SeriesLog;
}

/**
 * Writes down what happens in a pipeline, as a `Scenario` for `renderSvg` and `renderText`. It is told by `probe(name,
 * recorder)` at the edges between stages, by `attempts` around the work of a stage, and by a controller it watches.
 * Time 0 is the first subscription.
 *
 * What is told is kept in memory, the last `limit` events of it.
 *
 * @example
 * const recorder = new ScenarioRecorder();
 * await run(fromPull(rows).pipe(probe('rows', recorder), stage(save), probe('saved', recorder)));
 * console.log(renderText(recorder.scenario('How rows are saved')));
 */
export class ScenarioRecorder {
  /** @internal Makes records have a context, by which they are known on every lane. */
  readonly books = new Bookkeeper();
  private readonly names: RecordNames;
  private readonly scheduler: SchedulerLike;
  private readonly limit: number;
  private readonly lanes: string[] = [];
  private readonly events: ScenarioEvent[] = [];
  private readonly gauges: Gauge[] = [];
  private readonly announced = new WeakMap<CreditAccount, number>();
  private controller: PipelineBackPressureController | null = null;
  private startedAt: number | null = null;
  private omitted = 0;
  private isSampling = false;

  /** @throws SluiceError OPTION where an option is unknown or makes no sense */
  constructor(options: ScenarioRecorderOptions = {}) {
    checkOptions('ScenarioRecorder', SCHEMA, RECORDER_OPTIONS, options);
    this.names = new RecordNames(options);
    this.scheduler = options.scheduler ?? asyncScheduler;
    this.limit = options.limit ?? 10_000;
  }

  /** Makes room for a lane below those that there are. Probes do so when they are made. */
  addLane(name: string): void {
    if (!this.lanes.includes(name)) this.lanes.push(name);
  }

  /** Notes an event of your own, now. */
  note(event: Noted): void {
    this.startedAt ??= this.scheduler.now();
    this.addLane(event.lane);
    this.events.push({ time: this.now(), ...event });
    if (this.events.length >= 2 * this.limit) this.omit();
    this.sampleLater();
  }

  /**
   * Shows the attempts of `asyncEgress` on a lane of their own: each one as it begins, and whether it succeeded, failed
   * or was given up.
   *
   * @example
   * asyncEgress({ process: recorder.attempts('charge', (order, { signal }) => charge(order, signal)) });
   */
  attempts<T, R>(
    lane: string,
    process: (value: T, info: EgressInfo) => PromiseLike<R>,
  ): (value: T, info: EgressInfo) => Promise<R> {
    this.addLane(lane);
    return async (value, info) => {
      const about = { ...this.recordOf(value, info.record), lane, n: info.attempt };
      let isOver = false;
      const over = (kind: 'ack' | 'nack', reason?: unknown): void => {
        if (isOver) return;
        isOver = true;
        this.note({ ...about, kind, ...(kind === 'ack' ? {} : { detail: messageOf(reason) }) });
      };
      const { signal } = info;
      signal.addEventListener('abort', () => over('nack', signal.reason), { once: true });
      this.note({ ...about, kind: 'next' });
      try {
        const result = await process(value, info);
        over('ack');
        return result;
      } catch (error) {
        over('nack', error);
        throw error;
      }
    };
  }

  /**
   * Shows the requests to a destination on a lane of their own, and how each was acknowledged. A request whose time is
   * over counts as refused. Records are known here by the value that is written.
   *
   * @example
   * finalSink({ destination: recorder.destination('table', databaseDestination({ client, table, key: ['id'] })) });
   */
  destination<T>(lane: string, destination: Destination<T>): Destination<T> {
    this.addLane(lane);
    return recordedDestination(destination, (kind, { value, attempt }, reason) => {
      const detail = kind === 'nack' ? { detail: messageOf(reason) } : {};
      this.note({ ...this.recordOf(value, null), lane, kind, n: attempt, ...detail });
    });
  }

  /** For `onDeadLetter`: shows the letter where its stage's records come from. */
  readonly letter = (letter: DeadLetter): void => {
    const { origin, value, key, stage, code, errors } = letter;
    const names = { label: this.names.labelOf(origin, value), key: this.names.keyOf(origin, key) };
    const detail = `${code}, ${messageOf(errors[errors.length - 1])}`;
    this.note({ ...names, lane: this.laneAbove(stage), kind: code === 'PARKED' ? 'park' : 'deadLetter', detail });
  };

  /** Shows what a controller knows: rejections, dead letters, and the pressure of each stage. Returns how to end it. */
  watch(controller: PipelineBackPressureController): Subscription {
    this.controller = controller;
    const watching = controller.rejected$.subscribe(({ stage, code, value, key }) => {
      const names = { label: this.names.labelOf(value, value), key: this.names.keyOf(value, key) };
      this.note({ ...names, lane: this.laneAbove(stage), kind: 'drop', detail: code });
    });
    watching.add(controller.deadLetters.records$.subscribe(this.letter));
    watching.add(
      controller.status$.subscribe((status) => {
        this.samplePressure(status);
      }),
    );
    return watching;
  }

  /** What has been noted so far. */
  scenario(title: string, description?: string): Scenario {
    this.sample();
    const events = this.events.slice(-this.limit);
    const series = this.gauges.flatMap(({ credit, fill, pressure }) => [fill, credit, pressure]);
    return {
      title,
      ...(description === undefined ? {} : { description }),
      lanes: this.lanes.map((name) => ({ name })),
      events,
      series: series.flatMap((log) => (log === null || log.isEmpty ? [] : [log.series])),
      duration: this.now(),
      ...(this.omitted + this.events.length > events.length
        ? { omitted: this.omitted + this.events.length - events.length }
        : {}),
    };
  }

  /** Notes credit, inbox and pressure of every lane as they are now. */
  sample(): void {
    if (this.startedAt === null) return;
    const time = this.now();
    for (const { account, credit, fill } of this.gauges) {
      if (account.available < AS_GOOD_AS_UNBOUNDED) credit.write(time, account.available);
      fill?.write(time, account.held);
    }
  }

  /** @internal The names of a record, by its context where it has one of this pipeline. */
  recordOf(value: unknown, record: RecordContext | null): Pick<ScenarioEvent, 'label' | 'key'> {
    const origin = record === null ? value : record.origin;
    return { label: this.names.labelOf(origin, value), key: this.names.keyOf(origin, record?.key) };
  }

  /** @internal A lane has found the credit of what stands below it; null: nobody counts there. */
  attach(lane: string, account: CreditAccount | null): void {
    this.startedAt ??= this.scheduler.now();
    if (account?.bounded !== true) {
      this.note({ lane, kind: 'request' });
      return;
    }
    // Of several probes above one stage, the nearest is the first to be subscribed: it shows the credit.
    if (!this.gauges.some((gauge) => gauge.account === account)) {
      this.gauges.push({
        lane,
        account,
        credit: new SeriesLog(lane, 'credit', this.limit, account.isStage ? account.capacity : undefined),
        fill: account.isStage ? new SeriesLog(lane, 'fill', this.limit, account.capacity) : null,
        pressure: new SeriesLog(lane, 'pressure', this.limit, 1),
      });
    }
    this.granted(lane, account);
  }

  /** @internal Notes what has been granted since the last time. */
  granted(lane: string, account: CreditAccount): void {
    const count = account.granted - (this.announced.get(account) ?? account.arrivals);
    this.announced.set(account, account.granted);
    if (count > 0) this.note({ lane, kind: 'request', ...(count < AS_GOOD_AS_UNBOUNDED ? { n: count } : {}) });
  }

  private now(): number {
    const now = this.scheduler.now();
    return now - (this.startedAt ?? now);
  }

  /** What follows from an event in the same turn, such as its settlement, is seen at the end of that turn. */
  private sampleLater(): void {
    if (this.isSampling) return;
    this.isSampling = true;
    asapScheduler.schedule(() => {
      this.isSampling = false;
      this.sample();
      if (this.controller !== null) this.samplePressure(this.controller.getPipelineStatus());
    });
  }

  /** A stage that has left its controller presses no more. */
  private samplePressure({ stageStatuses }: PipelineStatus): void {
    if (this.startedAt === null) return;
    for (const { account, pressure } of this.gauges) {
      const status = stageStatuses[account.name];
      if (status !== undefined) pressure.write(this.now(), status.backPressureLevel);
      else if (!pressure.isEmpty) pressure.write(this.now(), 0);
    }
  }

  /** The lane whose records arrive at that stage; the stage's name where there is none. */
  private laneAbove(stage: string): string {
    return this.gauges.find(({ account }) => account.name === stage)?.lane ?? stage;
  }

  private omit(): void {
    const many = this.events.length - this.limit;
    this.events.splice(0, many);
    this.omitted += many;
  }
}

/** @internal An error may come from another realm, where it is no instance of this one's Error. */
export function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' ? message : String(error);
}
