import type { Processor, Publisher, Subscriber, Subscription } from 'sluice/reactive-streams';
import type { Adapter } from './Adapter.js';
import { Connection, type Message } from './Connection.js';

// The Node half of the bridge: node --expose-gc --import tsx harness.ts ADAPTER PORT. Bridge.java has the other half.

const [adapterName = '', port = ''] = process.argv.slice(2);
const { adapter } = (await import(`./adapters/${adapterName}.js`)) as { adapter: Adapter };

const publishers = new Map<string, Publisher<number>>();
const processors = new Map<string, Processor<number, number>>();
const subscriptions = new Map<string, Subscription>();

/** Errors keep their identity over the border: what comes back is the object that went. */
const errorById = new Map<string, unknown>();
const idOfError = new Map<unknown, string>();

function idOf(error: unknown): string {
  const id = idOfError.get(error) ?? `n${String(idOfError.size + 1)}`;
  remember(error, id);
  return id;
}

function remember(error: unknown, id: string): void {
  idOfError.set(error, id);
  errorById.set(id, error);
}

const kinds: Readonly<Record<string, ErrorConstructor>> = { TypeError, RangeError };

function errorFrom(kind: string, message: string, id: string): unknown {
  const known = errorById.get(id);
  if (known !== undefined) return known;
  const error = new (kinds[kind] ?? Error)(message);
  remember(error, id);
  return error;
}

function describe(error: unknown): Message {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return [name, message, idOf(error)];
}

/** Tells when the library has let go of a subscriber (3.13): only then does the other side let go of its own. */
const collected = new FinalizationRegistry((id: string) => {
  connection.send('GONE', id);
});

/** Rounds of collection that are still to come: as long as the TCK waits for a subscriber that was let go of. */
let rounds = 0;
let collecting = false;

function collectGarbage(): void {
  globalThis.gc?.();
  collecting = --rounds > 0;
  if (collecting) setTimeout(collectGarbage, 80);
}

function collectSoon(): void {
  rounds = 20;
  if (collecting) return;
  collecting = true;
  setImmediate(collectGarbage);
}

function makeSubscriber(id: string): Subscriber<number> {
  const subscriber: Subscriber<number> = {
    onSubscribe(subscription) {
      subscriptions.set(id, subscription);
      connection.call('onSubscribe', id);
    },
    onNext(element) {
      connection.call('onNext', id, element);
    },
    onError(error) {
      connection.call('onError', id, ...describe(error));
    },
    onComplete() {
      connection.call('onComplete', id);
    },
  };
  collected.register(subscriber, id);
  return subscriber;
}

/** A Subscription of the other side. From 2^53 - 1 on demand is unbounded, which there is the largest long. */
function makeUpstream(id: string): Subscription {
  return {
    request(count) {
      connection.call('upRequest', id, count >= Number.MAX_SAFE_INTEGER ? 2n ** 63n - 1n : count);
    },
    cancel() {
      connection.call('upCancel', id);
    },
  };
}

function known<T>(map: ReadonlyMap<string, T>, id: string): T {
  const found = map.get(id);
  if (found === undefined) throw new Error(`${id} is unknown in Node`);
  return found;
}

/** Null crosses as null. */
function unlessNull<T>(field: string, make: (field: string) => T): T {
  return field === 'null' ? (null as T) : make(field);
}

const operations: Readonly<Record<string, (id: string, ...args: string[]) => void>> = {
  new: (id, kind, count) => {
    if (kind === 'processor') {
      const processor = adapter.processor(Number(count));
      processors.set(id, processor);
      publishers.set(id, processor);
    } else publishers.set(id, kind === 'failed' ? adapter.failed() : adapter.range(Number(count)));
  },
  subscribe: (id, subscriber = '') => {
    known(publishers, id).subscribe(unlessNull(subscriber, makeSubscriber));
  },
  request: (id, count) => {
    known(subscriptions, id).request(Number(count));
  },
  cancel: (id) => {
    known(subscriptions, id).cancel();
    collectSoon();
  },
  upOnSubscribe: (id, upstream = '') => {
    known(processors, id).onSubscribe(unlessNull(upstream, makeUpstream));
  },
  upOnNext: (id, element = '') => {
    known(processors, id).onNext(unlessNull(element, Number));
  },
  upOnError: (id, kind = '', message = '', error = '') => {
    known(processors, id).onError(unlessNull(kind, () => errorFrom(kind, message, error)));
  },
  upOnComplete: (id) => {
    known(processors, id).onComplete();
  },
};

const connection = new Connection(
  Number(port),
  (op, [id = '', ...args]) => {
    const operation = operations[op];
    if (operation === undefined) throw new Error(`${op} is called, which is unknown`);
    operation(id, ...args);
  },
  describe,
  errorFrom,
);

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    connection.send('FATAL', error instanceof Error ? (error.stack ?? error.message) : String(error));
  });
}
