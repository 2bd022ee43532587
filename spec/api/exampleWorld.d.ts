// What the examples of the documentation take for granted: names that a reader understands without a declaration.
import type { Observable } from 'rxjs';
import type { Flowable, PipelineBackPressureController, StandardSchema } from 'sluice';
import type { DatabaseDestinationOptions } from 'sluice/database';
import type { ScenarioRecorder } from 'sluice/marbles';
import type { Publisher, Subscriber } from 'sluice/reactive-streams';

declare global {
  interface Order {
    id: string;
    amount: number;
    customer: string;
    customerId: string;
  }
  type Entry = string;
  type Of<T> = Flowable<T> & Iterable<T>;

  const Order: StandardSchema<Order>;
  const orders: Of<Order>;
  const rows: Of<Order>;
  const returns: Of<Order>;
  const yesterday: Of<Order>;
  const today: Of<Order>;
  const flow: Of<Order>;
  const lines: Of<string>;
  const files: Iterable<string>;
  const ticks: Iterable<number>;
  const body: unknown;
  const signal: AbortSignal;
  const controller: PipelineBackPressureController;
  const settings$: Observable<Order>;
  const stopSignals: Observable<unknown>;
  const socket: EventTarget;
  const sensor: EventTarget;
  const pool: DatabaseDestinationOptions['client'];
  const client: { query(text: string): Publisher<Order> };
  const publisher: Publisher<Order>;
  const subscriber: Subscriber<unknown>;
  const fs: typeof import('node:fs');
  const recorder: ScenarioRecorder;
  const writeFileSync: typeof import('node:fs').writeFileSync;
  const createWriteStream: typeof import('node:fs').createWriteStream;
  const createGzip: typeof import('node:zlib').createGzip;
  const pipeline: typeof import('node:stream/promises').pipeline;

  function naturals(): Iterable<number>;
  function more(): boolean;
  function read(): Entry;
  function readRows(file: string): Iterable<Order>;
  function parse(): import('node:stream').Transform;
  function parse(row: Order): Order;
  function isPaid(order: Order): boolean;
  function acknowledge(entry: unknown, outcome: unknown): void;
  function respond(status: number, value: unknown): void;
  function draw(value: unknown): void;
  function apply(value: unknown): void;
  function send(value: unknown): Promise<void>;
  function book(value: unknown): Promise<void>;
  function ship(order: Order): Promise<void>;
  function save(value: unknown, signal?: unknown): Promise<void>;
  function post(value: unknown, signal: AbortSignal): Promise<void>;
  function insertMany(values: readonly unknown[]): Promise<void>;
  function enrich(order: Order): Promise<Order>;
  function charge(order: Order, signal?: unknown): Promise<Order>;
}
