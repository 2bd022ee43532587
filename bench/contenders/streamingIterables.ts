import { consume, transform } from 'streaming-iterables';
import { answer, CONCURRENCY, Counter, type AsyncWork, type SlowWork } from './work.js';

export const async: AsyncWork = async (records) => {
  let sum = 0;
  for await (const n of transform(CONCURRENCY, answer, new Counter(records))) sum += n;
  return sum;
};

export const slow: SlowWork = async (source, sink) => {
  await consume(transform(CONCURRENCY, sink.write, source));
};
