import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { map } from 'rxjs';
import { batch, BATCH_OPTIONS } from '../../lib/operators/batch.js';
import { boundary, BOUNDARY_OPTIONS } from '../../lib/operators/boundary.js';
import { expandStage, EXPAND_STAGE_OPTIONS } from '../../lib/operators/expandStage.js';
import { stage, STAGE_OPTIONS } from '../../lib/operators/stage.js';
import { toReadable, TO_READABLE_OPTIONS } from '../../lib/node/toReadable.js';
import { writableDestination, WRITABLE_DESTINATION_OPTIONS } from '../../lib/node/writableDestination.js';
import { mergeFlowables, MERGE_FLOWABLES_OPTIONS } from '../../lib/operators/mergeFlowables.js';
import { partitionBy, PARTITION_BY_OPTIONS } from '../../lib/operators/partitionBy.js';
import { zipFlowables, ZIP_FLOWABLES_OPTIONS } from '../../lib/operators/zipFlowables.js';
import { run, RUN_OPTIONS } from '../../lib/sinks/run.js';
import { serve, SERVE_OPTIONS, SUBMIT_OPTIONS } from '../../lib/sinks/serve.js';
import { toAsyncIterable, TO_ASYNC_ITERABLE_OPTIONS } from '../../lib/sinks/toAsyncIterable.js';
import { toReadableStream, TO_READABLE_STREAM_OPTIONS } from '../../lib/sinks/toReadableStream.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { onBackpressureBuffer, ON_BACKPRESSURE_BUFFER_OPTIONS } from '../../lib/sources/onBackpressureBuffer.js';
import { onBackpressureDrop, ON_BACKPRESSURE_DROP_OPTIONS } from '../../lib/sources/onBackpressureDrop.js';
import { onBackpressureLatest, ON_BACKPRESSURE_LATEST_OPTIONS } from '../../lib/sources/onBackpressureLatest.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';

type Make = (options: never) => unknown;

const identity = (n: number) => n;
const MAKERS: readonly (readonly [string, readonly string[], Make])[] = [
  ['stage', STAGE_OPTIONS, (options) => stage(identity, options)],
  ['expandStage', EXPAND_STAGE_OPTIONS, (options) => expandStage(() => [1], options)],
  ['batch', BATCH_OPTIONS, (options) => batch(options)],
  ['boundary', BOUNDARY_OPTIONS, (options) => boundary(map(identity), options)],
  ['mergeFlowables', MERGE_FLOWABLES_OPTIONS, (options) => mergeFlowables([fromPull([])], options)],
  ['zipFlowables', ZIP_FLOWABLES_OPTIONS, (options) => zipFlowables([fromPull([])], options)],
  ['partitionBy', PARTITION_BY_OPTIONS, (options) => partitionBy(options, (lane) => lane)],
  ['onBackpressureBuffer', ON_BACKPRESSURE_BUFFER_OPTIONS, (options) => onBackpressureBuffer(options)],
  ['onBackpressureDrop', ON_BACKPRESSURE_DROP_OPTIONS, (options) => onBackpressureDrop(options)],
  ['onBackpressureLatest', ON_BACKPRESSURE_LATEST_OPTIONS, (options) => onBackpressureLatest(options)],
  ['run', RUN_OPTIONS, (options) => run(fromPull([]), options)],
  ['serve', SERVE_OPTIONS, (options) => serve(map(identity), options)],
  ['submit', SUBMIT_OPTIONS, (options) => serve(map(identity)).submit(1, options)],
  ['toAsyncIterable', TO_ASYNC_ITERABLE_OPTIONS, (options) => toAsyncIterable(fromPull([]), options)],
  ['toReadableStream', TO_READABLE_STREAM_OPTIONS, (options) => toReadableStream(fromPull([]), options)],
  ['toReadable', TO_READABLE_OPTIONS, (options) => toReadable(fromPull([]), options)],
  ['writableDestination', WRITABLE_DESTINATION_OPTIONS, (options) => writableDestination(new PassThrough(), options)],
];

const COUNTS = new Set([
  'capacity',
  'concurrency',
  'overdraft',
  'maxSize',
  'inFlight',
  'prefetch',
  'keepDeadLetters',
  'lanes',
  'laneCapacity',
]);
const NUMBERS: readonly unknown[] = [NaN, Infinity, -Infinity, -1, 2 ** 53, '10', null, true, {}, [], () => 1, 5n];

/** What no option of that name may be. */
function badValues(key: string): readonly unknown[] {
  if (key === 'keepDeadLetters' || key === 'highWaterMark') return [...NUMBERS, 1.5];
  if (COUNTS.has(key)) return [...NUMBERS, 0, 1.5];
  if (key.endsWith('Ms')) return NUMBERS;
  if (key === 'name') return ['', 1, NaN, null, true, {}, [], () => 1];
  if (key === 'lossy' || key === 'end' || key === 'objectMode') return ['true', 1, 0, null, {}];
  if (key === 'signal') return [true, null, {}, 'abort', new AbortController()];
  if (key === 'scheduler') return ['async', 1, null, true, {}, () => 1];
  if (key === 'keySelector' || (key.startsWith('on') && key !== 'onFailure'))
    return ['log', 1, null, true, {}, [], NaN];
  if (key === 'order') return ['INPUT', 'perkey', 'perGroup', 1, null, true, [], () => 1, {}, { perKey: 'id' }];
  return ['', 'other', '__proto__', 1, NaN, null, true, {}, [], () => 1];
}

const REQUIRED: Readonly<Record<string, object>> = { batch: { maxSize: 2 }, partitionBy: { lanes: 2 } };
const required = (name: string): object => REQUIRED[name] ?? {};

describe.each(MAKERS)('what %s is given', (name, keys, make) => {
  const failing = (options: unknown) => thrownBy(() => make(options as never));

  it.each(keys.flatMap((key) => badValues(key).map((value) => [key, value] as const)))(
    'is refused when it is made, with the option, the value and the remedy: %s = %p',
    (key, value) => {
      const error = failing({ ...required(name), [key]: value });
      expect(codeIn(error)).toBe('OPTION');
      expect(messageIn(error)).toMatch(new RegExp(`^${name}: .*option ${key}(\\.\\w+)? is .*; give`, 's'));
    },
  );

  it.each(keys)('is refused where it cannot be read, with the name of the option: %s', (key) => {
    const secret = {
      get [key](): never {
        throw new Error('unreadable');
      },
    };
    const options = Object.defineProperties({ ...required(name) }, Object.getOwnPropertyDescriptors(secret));
    expect(codeIn(failing(options))).toBe('OPTION');
    expect(messageIn(failing(options))).toContain(key);
  });

  it('may leave out every option, or give it as undefined', () => {
    const all = Object.fromEntries(keys.map((key) => [key, undefined]));
    expect(failing({ ...all, ...required(name) })).toBeUndefined();
  });

  it.each(['capcity', 'maxRetries', '__proto__x', 'constructor', '0'])(
    'is refused where it is unknown: %s',
    (unknown) => {
      const error = failing({ ...required(name), [unknown]: 1 });
      expect(codeIn(error)).toBe('OPTION');
      expect(messageIn(error)).toBe(`${name}: there is no option '${unknown}'; the options are ${keys.join(', ')}`);
    },
  );

  it.each([null, 1, 'fast', true, [], NaN, Symbol('s'), () => 1])('is refused where it is no object: %p', (options) => {
    // Called with a source, an operator without settings of its own is the other way to write a policy.
    const error = failing(options);
    expect(codeIn(error)).toBe('OPTION');
    expect(messageIn(error)).toMatch(new RegExp(`^${name}: the options are .*; give an object`));
  });
});

describe('what must be given', () => {
  it('batch needs its maxSize', () => {
    expect(messageIn(thrownBy(() => batch({} as never)))).toContain('option maxSize is undefined; give a whole number');
    expect(codeIn(thrownBy(() => (batch as () => unknown)()))).toBe('OPTION');
  });

  it.each([undefined, null, 1, 'save', {}, []])('a project and an operator are functions, and not %p', (value) => {
    for (const [name, make] of [
      ['stage: project is', stage],
      ['expandStage: project is', expandStage],
      ['boundary: operator is', boundary],
    ] as const) {
      const error = thrownBy(() => (make as (project: unknown) => unknown)(value));
      expect(codeIn(error)).toBe('OPTION');
      expect(messageIn(error)).toContain(name);
      expect(messageIn(error)).toContain('; give ');
    }
  });

  it('a perKey order cannot drop what waits longest, and says what can', () => {
    for (const overflow of ['dropOldest', 'latest'] as const) {
      for (const order of [{ perKey: identity }, 'perKey', 'perPartition'] as const) {
        const error = thrownBy(() => stage(identity, { order, overflow }));
        expect(codeIn(error)).toBe('OPTION');
        expect(messageIn(error)).toContain(`overflow is '${overflow}'`);
        expect(messageIn(error)).toContain(`order is ${typeof order === 'string' ? order : 'perKey'}`);
        expect(messageIn(error)).toContain(`give overflow 'dropNewest' or 'reject'`);
      }
    }
  });
});
