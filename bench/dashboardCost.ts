import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { control, fromPull, PipelineBackPressureController, run, stage } from 'sluice';
import { startDashboard } from 'sluice/observability';

/**
 * What a dashboard costs: `npm run bench:dashboard [-- <rounds>]`. Each measurement is a process of its own, turn by turn
 * through all of them; the least user time of the rounds is compared, which on a busy machine says more than the wall
 * clock. Serving is part of it, reading is not: the page is in this process.
 */
const VARIANTS = ['without a dashboard', 'a dashboard, no page open', 'a page open'] as const;
const WORK = ['five stages, synchronous', 'one stage, 50 promises at a time, each timed'] as const;

type Variant = (typeof VARIANTS)[number];
type Work = (typeof WORK)[number];

/** Records of one run, after a tenth as many to get warm. */
const RECORDS: Readonly<Record<Work, number>> = {
  'five stages, synchronous': 3_000_000,
  'one stage, 50 promises at a time, each timed': 4_000_000,
};

const SELF = fileURLToPath(import.meta.url);

function* numbers(count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield n;
}

async function pass(work: Work, count: number, controller: PipelineBackPressureController): Promise<void> {
  const source = fromPull(() => numbers(count));
  if (work === 'five stages, synchronous') {
    const step = (name: string) => stage((n: number) => n + 1, { name });
    await run(source.pipe(step('a'), step('b'), step('c'), step('d'), stage(turn, { name: 'e' }), control(controller)));
    return;
  }
  await run(
    source.pipe(
      stage(async (n: number) => turn(n), { name: 'call', concurrency: 50, order: 'none' }),
      control(controller),
    ),
  );
}

/** The event loop turns once in so many records, as it does where records come from outside, so that pages are served. */
const RECORDS_PER_TURN = 1000;

function turn(n: number): number | Promise<number> {
  if (n % RECORDS_PER_TURN > 0) return n;
  return new Promise((resolve) => setImmediate(resolve, n));
}

/** In a process of its own: tells the address, waits for a page, works, and tells the milliseconds of user time. */
async function measured(variant: Variant, work: Work): Promise<void> {
  const controller = new PipelineBackPressureController({ monitoringIntervalMs: 500, logger: 'off' });
  const dashboard = variant === 'without a dashboard' ? null : await startDashboard({ controller });
  const go = once(process, 'message');
  process.send?.(dashboard?.port ?? 0);
  await go;
  await pass(work, RECORDS[work] / 10, controller);
  const before = process.cpuUsage();
  await pass(work, RECORDS[work], controller);
  const { user } = process.cpuUsage(before);
  await dashboard?.close();
  process.send?.(user / 1000);
  process.disconnect();
}

async function userTime(variant: Variant, work: Work): Promise<number> {
  const child: ChildProcess = fork(SELF, [variant, work], { execArgv: process.execArgv });
  const [port] = (await once(child, 'message')) as [number];
  if (variant === 'a page open') await openPage(port);
  child.send('go');
  const [milliseconds] = (await once(child, 'message')) as [number];
  await once(child, 'exit');
  return milliseconds;
}

/** Reads all it is told. */
function openPage(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = get({ host: '127.0.0.1', port, path: '/events', agent: false }, (response) => {
      response.on('error', () => undefined);
      response.on('data', () => resolve());
    });
    sent.on('error', reject);
  });
}

const isOneOf = <T extends string>(all: readonly T[], text: string | undefined): text is T => all.includes(text as T);

const [first, second] = process.argv.slice(2);
if (isOneOf(VARIANTS, first) && isOneOf(WORK, second)) await measured(first, second);
else {
  const rounds = Number(first ?? 9);
  for (const work of WORK) {
    const least = new Map<Variant, number>(VARIANTS.map((variant) => [variant, Infinity]));
    for (let round = 0; round < rounds; round++) {
      for (const variant of VARIANTS) {
        least.set(variant, Math.min(least.get(variant) ?? Infinity, await userTime(variant, work)));
      }
    }
    const base = least.get('without a dashboard') ?? NaN;
    console.log(`${work}, ${RECORDS[work].toLocaleString('en')} records, least user time of ${String(rounds)}:`);
    for (const [variant, milliseconds] of least) {
      const more = (milliseconds / base - 1) * 100;
      console.log(
        `  ${variant.padEnd(27)} ${milliseconds.toFixed(0).padStart(6)} ms  ${more.toFixed(1).padStart(5)} %`,
      );
    }
  }
}
