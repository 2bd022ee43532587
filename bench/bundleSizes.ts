import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { BundleSize } from './Results.js';

/** The smallest program of each contender that works 50 at a time. */
const PROGRAMS: readonly { readonly contender: string; readonly source: string }[] = [
  {
    contender: 'Sluice',
    source: `
      import { fromPull, stage } from 'sluice';
      export const start = (input, save) => fromPull(input).pipe(stage(save, { concurrency: 50 })).subscribe();`,
  },
  {
    contender: 'p-queue',
    source: `
      import PQueue from 'p-queue';
      export async function start(input, save) {
        const queue = new PQueue({ concurrency: 50 });
        for await (const value of input) {
          await queue.onSizeLessThan(100);
          queue.add(() => save(value));
        }
        await queue.onIdle();
      }`,
  },
  {
    contender: 'p-map',
    source: `
      import pMap from 'p-map';
      export const start = (input, save) => pMap(input, save, { concurrency: 50 });`,
  },
  {
    contender: 'streaming-iterables',
    source: `
      import { consume, transform } from 'streaming-iterables';
      export const start = (input, save) => consume(transform(50, save, input));`,
  },
  {
    contender: 'Node streams',
    source: `
      import { Readable } from 'node:stream';
      export const start = (input, save) => Readable.from(input).forEach(save, { concurrency: 50 });`,
  },
  {
    contender: 'Effect Stream',
    source: `
      import { Effect, Stream } from 'effect';
      export const start = (input, save) =>
        Effect.runPromise(
          Stream.fromIterable(input).pipe(
            Stream.mapEffect((value) => Effect.promise(() => save(value)), { concurrency: 50 }),
            Stream.runDrain,
          ),
        );`,
  },
  {
    contender: 'RxJS mergeMap',
    source: `
      import { from, mergeMap } from 'rxjs';
      export const start = (input, save) => from(input).pipe(mergeMap(save, 50)).subscribe();`,
  },
];

/** @param root the directory from which the packages are found */
export async function measureBundles(root: string): Promise<BundleSize[]> {
  return Promise.all(
    PROGRAMS.map(async ({ contender, source }) => ({
      contender,
      own: contender === 'Node streams' ? 0 : await bundle(source, root, ['rxjs']),
      total: contender === 'Node streams' ? 0 : await bundle(source, root, []),
    })),
  );
}

async function bundle(source: string, root: string, external: string[]): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external,
    write: false,
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}
