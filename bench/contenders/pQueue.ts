import PQueue from 'p-queue';
import { answer, CONCURRENCY, Counter, type AsyncWork, type SlowWork } from './work.js';

/** The bound that the documentation of p-queue shows for its queue. */
const QUEUED = 100;

export const async: AsyncWork = async (records) => {
  const queue = new PQueue({ concurrency: CONCURRENCY });
  let sum = 0;
  for (const n of new Counter(records)) {
    await queue.onSizeLessThan(QUEUED);
    void queue.add(async () => {
      sum += await answer(n);
    });
  }
  await queue.onIdle();
  return sum;
};

export const slow: SlowWork = async (source, sink) => {
  const queue = new PQueue({ concurrency: CONCURRENCY });
  for (const item of source) {
    await queue.onSizeLessThan(QUEUED);
    void queue.add(() => sink.write(item));
  }
  await queue.onIdle();
};

/** The same without the bound, which is what adding to a queue means where nobody has thought of one. */
export const slowUnbounded: SlowWork = async (source, sink) => {
  const queue = new PQueue({ concurrency: CONCURRENCY });
  for (const item of source) void queue.add(() => sink.write(item));
  await queue.onIdle();
};
