import { Subscriber, take, type Observable } from 'rxjs';
import { SluiceError, type SluiceCode } from '../../lib/credit/SluiceError.js';
import { stage } from '../../lib/operators/stage.js';
import { itemsOf, originOf, show } from './Item.js';
import { Sources, type Load, type SourceKind } from './Sources.js';
import { Trace, type TraceResult } from './Trace.js';
import type { Variant } from './Variant.js';
import type { VirtualClock } from './VirtualClock.js';

export const CAPACITY = 10;

/** Which consumer stands below the link. 'none' is a plain subscriber, the others are stages. */
export type Consumer = 'none' | 'blocked' | 'fast' | 'slow' | 'failing';

export interface RunRequest {
  readonly sources: SourceKind;
  readonly consumer: Consumer;
  readonly load: Load;
  /** Virtual milliseconds after which the run is looked at as it is. */
  readonly limit: number;
  /** The consumer leaves after that many records. */
  readonly leaveAfter?: number;
}

/** What a run has shown. */
export interface RunResult {
  /** What reached the end, as text. */
  readonly records: readonly string[];
  /** The same for each subscription of a source that they come from. */
  readonly byOrigin: Readonly<Record<string, readonly string[]>>;
  /** The labels of the source records that reached the end, alone or inside others. */
  readonly items: readonly string[];
  /** The same, with the moment at which each came, and the end: what a subscriber could tell two runs apart by. */
  readonly events: readonly string[];
  /** The labels of those that were pulled from a finite source and did not. */
  readonly dropped: readonly string[];
  /** 'complete', 'open', or the error as text. */
  readonly terminal: string;
  /** The code of the error where it is one of Sluice's. */
  readonly code: SluiceCode | null;
  readonly pulls: Readonly<Record<string, number>>;
  readonly runaway: boolean;
  /** Flows that were open when the run was looked at. */
  readonly stillOpen: number;
  /** Sources that were opened and not released when all was over. */
  readonly unreleased: number;
  readonly timersLeft: number;
  readonly unhandled: readonly string[];
  readonly trace: TraceResult | null;
}

/** The error of the failing stage's project. */
export const PROJECT_FAILURE = 'Error: the project failed';
const FAILS_AT = 3;

export async function perform(variant: Variant, request: RunRequest, clock: VirtualClock): Promise<RunResult> {
  const recorder = new Recorder(clock);
  const trace = request.sources === 'silent' ? new Trace(CAPACITY) : null;
  const subscriber = new Subscriber<unknown>(recorder);
  const sources = new Sources(request.sources, request.load, clock, () => subscriber.unsubscribe(), trace);
  attach(variant.build(sources), request, clock, trace).subscribe(subscriber);
  recorder.subscribed = true;
  await clock.run(request.limit, () => subscriber.closed);
  const traced = trace === null ? null : await trace.result();
  const stillOpen = sources.opened - sources.released;
  subscriber.unsubscribe();
  await clock.run(0);
  const recorded = recorder.result();
  const arrived = new Set(recorded.items);
  const result = {
    ...recorded,
    dropped: [...sources.made].filter((label) => !arrived.has(label)),
    pulls: Object.fromEntries(sources.pulls),
    runaway: sources.runaway,
    stillOpen,
    unreleased: sources.opened - sources.released,
    timersLeft: clock.timersLeft,
    unhandled: clock.unhandled.map(String),
    trace: traced,
  };
  clock.reset();
  return result;
}

function attach(
  link: Observable<unknown>,
  { consumer, leaveAfter }: RunRequest,
  clock: VirtualClock,
  trace: Trace | null,
): Observable<unknown> {
  const watched = trace === null ? link : link.pipe(trace.watchArrivals());
  const below = consumer === 'none' ? watched : watched.pipe(stageFor(consumer, clock));
  return leaveAfter === undefined ? below : below.pipe(take(leaveAfter));
}

function stageFor(consumer: Exclude<Consumer, 'none'>, clock: VirtualClock) {
  const options = { name: consumer, capacity: CAPACITY };
  switch (consumer) {
    case 'blocked':
      return stage((_value: unknown) => new Promise<unknown>(() => undefined), options);
    case 'fast':
      return stage((value: unknown) => value, options);
    case 'slow':
      return stage((value: unknown) => clock.wait(1).then(() => value), options);
    case 'failing': {
      let seen = 0;
      return stage((value: unknown) => {
        if (++seen === FAILS_AT) throw new Error('the project failed');
        return value;
      }, options);
    }
  }
}

class Recorder {
  subscribed = false;
  private readonly records: string[] = [];
  private readonly byOrigin: Record<string, string[]> = {};
  private readonly items = new Set<string>();
  private readonly events: string[] = [];
  private terminal = 'open';
  private code: SluiceCode | null = null;

  constructor(private readonly clock: VirtualClock) {}

  readonly next = (value: unknown): void => {
    const text = show(value);
    this.records.push(text);
    (this.byOrigin[originOf(value)] ??= []).push(text);
    for (const { label } of itemsOf(value)) this.items.add(label);
    this.note(text);
  };

  readonly error = (error: unknown): void => {
    this.terminal = String(error);
    if (error instanceof SluiceError) this.code = error.code;
    this.note(this.terminal);
  };

  readonly complete = (): void => {
    this.terminal = 'complete';
    this.note(this.terminal);
  };

  result(): Pick<RunResult, 'records' | 'byOrigin' | 'items' | 'events' | 'terminal' | 'code'> {
    const { records, byOrigin, items, events, terminal, code } = this;
    return { records, byOrigin, items: [...items].sort(), events, terminal, code };
  }

  private note(text: string): void {
    this.events.push(`${this.subscribed ? `at ${String(this.clock.now)}` : 'at once'}: ${text}`);
  }
}
