import { describe, expect, it } from '@jest/globals';
import { build, type Platform } from 'esbuild';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A program in which a controller logs and measures what it can. */
const PROGRAM = `
  import * as sluice from 'sluice';
  const { control, fromPull, PipelineBackPressureController, run, stage } = sluice;
  const controller = new PipelineBackPressureController();
  const save = stage((n) => { if (n === 2) throw new Error('no'); return n; }, { name: 'save', onFailure: 'deadLetter' });
  globalThis.done = run(fromPull([1, 2, 3]).pipe(save, control(controller))).then(String);
  globalThis.names = Object.keys(sluice);
`;

async function bundle(platform: Platform) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: PROGRAM, resolveDir: root },
    bundle: true,
    format: 'iife',
    platform,
    target: 'es2022',
    write: false,
    metafile: true,
  });
  const inputs = Object.entries(metafile.inputs);
  const imported = inputs.flatMap(([, { imports }]) => imports.map(({ path }) => path));
  return { text: outputFiles[0]!.text, inputs: inputs.map(([path]) => path), imported };
}

const isNodePart = (path: string) => path.startsWith('node:') || builtinModules.includes(path);

describe('sluice/node', () => {
  it('has its parts of Node to itself', async () => {
    const { outputFiles } = await build({
      stdin: { contents: `export * from 'sluice/node';`, resolveDir: root },
      ...{ bundle: true, format: 'esm', platform: 'node', target: 'es2022', write: false },
    });
    const { text } = outputFiles[0]!;
    expect(text).toMatch(/from "node:stream"/);
    expect(Object.keys((await import('sluice/node')) as object).sort()).toEqual(['toReadable', 'writableDestination']);
  }, 20_000);
});

describe('the root in a bundle', () => {
  it('for a browser: without winston and without a part of Node, and it runs', async () => {
    const { text, inputs, imported } = await bundle('browser');
    expect(inputs.filter((path) => path.includes('winston') || path.includes('nodeSignals'))).toEqual([]);
    expect(imported.filter(isNodePart)).toEqual([]);
    expect(inputs).toContainEqual(expect.stringContaining('consoleLogger.js'));
    const said: unknown[] = [];
    const write = (...line: unknown[]) => void said.push(line[0]);
    // What every browser has, and nothing of Node.
    const { AbortController, AbortSignal, clearInterval, clearTimeout, ReadableStream, setInterval, setTimeout } =
      globalThis;
    const page = createContext({
      ...{ AbortController, AbortSignal, clearInterval, clearTimeout, ReadableStream, setInterval, setTimeout },
      console: { debug: () => undefined, info: () => undefined, warn: write, error: write },
    });
    runInContext(text, page);
    const { done, names } = page as unknown as { done: Promise<string>; names: string[] };
    expect(await done).toBe('in 3 = delivered 2 + deadLettered 1 (FAILED 1) · peak live 1');
    expect(names).toContain('PipelineBackPressureController');
    expect(names).toContain('toReadableStream');
    expect(said).toEqual([`sluice: stage 'save': dead-lettered (FAILED): no`]);
  }, 20_000);

  it('for Node: with winston and with the signals of Node', async () => {
    const { inputs, imported } = await bundle('node');
    expect(inputs).toContainEqual(expect.stringMatching(/node_modules\/winston\/lib\/winston\.js$/));
    expect(inputs).toContainEqual(expect.stringContaining('nodeSignals.js'));
    expect(inputs.filter((path) => path.includes('consoleLogger') || path.includes('noSignals'))).toEqual([]);
    expect(imported.filter(isNodePart)).toContain('node:v8');
  }, 20_000);
});
