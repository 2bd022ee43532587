import { reportUnhandled } from '../credit/inTurn.js';
import { clamp } from './pressure.js';

/** What presses on a process from outside its pipelines, each 0..1. */
export interface PlatformReading {
  /** Network: bytes that wait to be sent, against what may wait. */
  readonly n: number;
  /** Memory: the heap against its limit. */
  readonly m: number;
  /** How late the event loop is. */
  readonly d: number;
}

export type PlatformSignal = keyof PlatformReading;

/** Measures what the platform can tell. It runs only while there are stages. */
export interface PlatformProbe {
  start(): void;
  stop(): void;
  read(): Partial<PlatformReading>;
}

/** Signals of your own, in place of the platform's: functions that are asked at each look. `'off'`: none at all. */
export type SignalsOption = 'off' | Readonly<Partial<Record<PlatformSignal, (() => number) | undefined>>>;

const CALM: PlatformReading = { n: 0, m: 0, d: 0 };
const NAMES: readonly PlatformSignal[] = ['n', 'm', 'd'];

/** The three signals of one controller, as of the last look. */
export class PlatformSignals {
  reading: PlatformReading = CALM;
  private isRunning = false;

  constructor(
    private readonly own: Exclude<SignalsOption, 'off'>,
    private readonly probe: PlatformProbe | null,
  ) {}

  /** The first stage is there. */
  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.probe?.start();
    this.look();
  }

  /** The last stage has left: nothing is measured, and nothing presses. */
  stop(): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.probe?.stop();
    this.reading = CALM;
  }

  look(): void {
    const measured = this.probe?.read() ?? {};
    const [n, m, d] = NAMES.map((name) => this.ask(name, measured)) as [number, number, number];
    this.reading = { n, m, d };
  }

  get highest(): number {
    const { n, m, d } = this.reading;
    return Math.max(n, m, d);
  }

  /** A function that throws says nothing new, and is heard of. */
  private ask(name: PlatformSignal, measured: Partial<PlatformReading>): number {
    const own = this.own[name];
    try {
      return clamp(own === undefined ? (measured[name] ?? 0) : own());
    } catch (error) {
      reportUnhandled(error);
      return this.reading[name];
    }
  }
}
