import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Compiles measure.ts and the contenders, so that what is measured runs in a bare Node: a loader that transforms modules
 * on the way makes some libraries slower than they are.
 *
 * @returns the path of the script
 */
export async function buildMeasure(root: string): Promise<string> {
  const outdir = join(root, '.cache/bench');
  await build({
    entryPoints: [join(root, 'bench/measure.ts')],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  return join(outdir, 'measure.mjs');
}
