import pMap, { pMapIterable } from 'p-map';
import { answer, CONCURRENCY, Counter, type AsyncWork, type SlowWork } from './work.js';

export const async: AsyncWork = async (records) => {
  const results = await pMap(new Counter(records), answer, { concurrency: CONCURRENCY });
  return results.reduce((sum, n) => sum + n, 0);
};

export const asyncIterable: AsyncWork = async (records) => {
  let sum = 0;
  const results = pMapIterable(new Counter(records), answer, { concurrency: CONCURRENCY, preserveOrder: false });
  for await (const n of results) sum += n;
  return sum;
};

export const slow: SlowWork = async (source, sink) => {
  await pMap(source, sink.write, { concurrency: CONCURRENCY });
};

export const slowIterable: SlowWork = async (source, sink) => {
  const results = pMapIterable(source, sink.write, { concurrency: CONCURRENCY, preserveOrder: false });
  for await (const item of results) void item;
};
