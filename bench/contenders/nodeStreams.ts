import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  addOne,
  answer,
  CONCURRENCY,
  Counter,
  type AsyncWork,
  type Item,
  type SlowWork,
  type SyncWork,
} from './work.js';

const counter = (records: number): Readable => {
  let next = 0;
  return new Readable({
    objectMode: true,
    read() {
      while (next < records) if (!this.push(next++)) return;
      this.push(null);
    },
  });
};

const addOneTransform = (): Transform =>
  new Transform({
    objectMode: true,
    transform(n: number, _encoding, done) {
      done(null, addOne(n));
    },
  });

export const sync: SyncWork = async (records) => {
  let sum = 0;
  await pipeline(
    counter(records),
    addOneTransform(),
    addOneTransform(),
    addOneTransform(),
    addOneTransform(),
    addOneTransform(),
    new Writable({
      objectMode: true,
      write(n: number, _encoding, done) {
        sum += n;
        done();
      },
    }),
  );
  return sum;
};

export const async: AsyncWork = async (records) => {
  let sum = 0;
  const results = Readable.from(new Counter(records)).map(answer, { concurrency: CONCURRENCY });
  for await (const n of results) sum += n as number;
  return sum;
};

export const slow: SlowWork = async (source, sink) => {
  const write = async (item: Item): Promise<void> => {
    await sink.write(item);
  };
  await Readable.from(source).forEach(write, { concurrency: CONCURRENCY });
};
