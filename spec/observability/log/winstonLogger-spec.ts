import { describe, expect, it } from '@jest/globals';
import { LazyLogger } from '../../../lib/observability/log/winstonLogger.js';
import { HandLog } from '../../control/support/HandLog.js';
import { runNode } from '../../credit/support/copies.js';
import { microtasks } from '../../operators/support/Works.js';

/** Which parts of winston a program has loaded. */
const LOADED = `Object.keys(createRequire(process.cwd() + '/').cache).some((path) => path.includes('/winston/'))`;

describe('a logger that is loaded with its first line', () => {
  it('loads nothing before, once then, and keeps the order of what came meanwhile', async () => {
    const log = new HandLog();
    let loads = 0;
    const lazy = new LazyLogger(() => {
      loads++;
      return Promise.resolve(log);
    });
    expect(loads).toBe(0);
    lazy.warn('one', { n: 1 });
    lazy.debug('two', { n: 2 });
    await microtasks();
    lazy.error('three', { n: 3 });
    lazy.info('four', { n: 4 });
    expect(log.lines.map(([, level, message]) => [level, message])).toEqual([
      ['warn', 'one'],
      ['debug', 'two'],
      ['error', 'three'],
      ['info', 'four'],
    ]);
    expect([loads, log.lines[0]?.[3]]).toEqual([1, { n: 1 }]);
  });

  it('where winston is missing, the lines go to the console, which says so first', async () => {
    const said: unknown[] = [];
    const { warn } = console;
    console.warn = (...line: unknown[]) => void said.push(line[0]);
    try {
      const lazy = new LazyLogger(() => Promise.reject(new Error('not found')));
      lazy.warn('one', {});
      await microtasks();
      lazy.warn('two', {});
    } finally {
      console.warn = warn;
    }
    expect(said).toEqual(['sluice: winston cannot be loaded; the console is used', 'one', 'two']);
  });
});

describe('the log of a program in Node', () => {
  const failing = `
    import { createRequire } from 'node:module';
    import { control, fromPull, PipelineBackPressureController, stage } from 'sluice';
    const say = [];
    say.push(${LOADED});
    const controller = new PipelineBackPressureController();
    say.push(${LOADED});
    const fails = stage(() => { throw new Error('no'); }, { name: 'save', onFailure: 'deadLetter' });`;

  it('is winston on the standard error, loaded with the first line, and ends with the program', async () => {
    const { code, stdout, stderr } = await runNode(`${failing}
      fromPull([1, 2, 3]).pipe(fails, control(controller)).subscribe();
      const began = performance.now();
      process.on('exit', () => console.log(...say, ${LOADED}, performance.now() - began < 2000));`);
    expect([code, stdout]).toEqual([0, 'false false true true']);
    const lines = stderr.split('\n');
    expect(lines).toContainEqual(
      expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z warn sluice: stage 'save': dead-lettered \(FAILED\): no$/),
    );
    // The three of them: one line at once, and one for the others when the pipeline was over.
    expect(lines.filter((line) => line.includes('dead-lettered'))).toHaveLength(2);
    expect(lines.find((line) => line.includes('2 times since the last such line'))).toBeDefined();
  }, 10_000);

  it(`says nothing with logger: 'off', and loads nothing`, async () => {
    const { code, stdout, stderr } = await runNode(`${failing}
      const silent = new PipelineBackPressureController({ logger: 'off' });
      fromPull([1]).pipe(fails, control(silent)).subscribe();
      await new Promise((later) => setTimeout(later, 50));
      console.log(${LOADED});`);
    expect([code, stdout, stderr]).toEqual([0, 'false', '']);
  }, 10_000);
});
