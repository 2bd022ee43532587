import { randomBytes } from 'node:crypto';
import type { SchedulerLike } from 'rxjs';
import * as z from 'zod/mini';
import type { PipelineBackPressureController } from '../../control/PipelineBackPressureController.js';
import { checkOptions } from '../../options/checkOptions.js';
import { milliseconds, scheduler } from '../../options/common.js';
import { BackgroundScheduler } from './BackgroundScheduler.js';
import { Broadcaster } from './Broadcaster.js';
import { DashboardServer } from './DashboardServer.js';
import { isLoopback } from './loopback.js';
import { RequestGuard } from './RequestGuard.js';

export interface DashboardOptions {
  /** Whose pipelines are shown. */
  readonly controller: PipelineBackPressureController;
  /** Default 0: any that is free. */
  readonly port?: number | undefined;
  /**
   * The address to listen on. Default `'127.0.0.1'`, which only this machine can reach. On any other the token is needed
   * to see anything, and it travels unencrypted unless something in front does TLS.
   */
  readonly host?: string | undefined;
  /** Names by which pages may call the dashboard, besides `localhost` and addresses; as for a proxy in front of it. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** What redrive needs, and on other addresses than loopback everything. Default: 32 random bytes. */
  readonly token?: string | undefined;
  /** Milliseconds between two frames, 50 at least. Default 500. */
  readonly refreshMs?: number | undefined;
  /** Whether the process stays alive for the dashboard alone, until `close()`. Default false. */
  readonly keepAlive?: boolean | undefined;
  /** Where its timer and the time come from. Default: the real time, without keeping the process alive. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** A dashboard that runs. */
export interface Dashboard extends AsyncDisposable {
  /** Where it is, with the token behind `#`, which browsers keep to themselves. */
  readonly url: string;
  readonly token: string;
  readonly port: number;
  /** Ends every connection, and resolves when the port is free again. */
  close(): Promise<void>;
}

const word = 'give a token of at least 16 letters, digits, - . _ or ~';

const SCHEMA = z.strictObject({
  controller: z.custom<PipelineBackPressureController>((value) => {
    const { getPipelineStatus, ledger } = (value ?? {}) as Partial<PipelineBackPressureController>;
    return typeof getPipelineStatus === 'function' && typeof ledger === 'function';
  }, 'give a PipelineBackPressureController'),
  port: z.optional(
    z
      .int('give a port from 0 to 65535')
      .check(z.minimum(0, 'give a port from 0 to 65535'), z.maximum(65_535, 'give a port from 0 to 65535')),
  ),
  host: z.optional(
    z.string('give an address, such as 127.0.0.1').check(z.minLength(1, 'give an address, such as 127.0.0.1')),
  ),
  allowedHosts: z.optional(z.array(z.string(), `give an array of names, such as ['metrics.example.org']`)),
  token: z.optional(z.string(word).check(z.regex(/^[A-Za-z0-9._~-]{16,}$/, word))),
  refreshMs: z.optional(milliseconds.check(z.minimum(50, 'give at least 50 milliseconds'))),
  keepAlive: z.optional(z.boolean('give true or false')),
  scheduler: z.optional(scheduler),
});

/** @internal For the test that changes every option in turn. */
export const DASHBOARD_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * Serves a page that shows the pipelines of a controller as they run: the stages and which of them holds the others up,
 * rates, inboxes, credit, latencies and pressure over time, partitions, the ledger, and dead letters with a button that
 * sends them in again.
 *
 * It watches and nothing else: pages that do not read are skipped, and while no page is open nothing is measured. It does
 * not keep the process alive unless `keepAlive` says so.
 *
 * @returns a promise of the dashboard; it rejects with SluiceError OPTION where the port is taken
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * await using dashboard = await startDashboard({ controller });
 * console.log(dashboard.url); // http://127.0.0.1:43113/#token=…
 */
export function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  checkOptions('startDashboard', SCHEMA, DASHBOARD_OPTIONS, options);
  return start(options);
}

async function start(options: DashboardOptions): Promise<Dashboard> {
  const { controller, port: wanted = 0, host = '127.0.0.1', allowedHosts = [], refreshMs = 500 } = options;
  const { token = randomBytes(32).toString('base64url'), keepAlive = false } = options;
  const broadcaster = new Broadcaster(controller, refreshMs, options.scheduler ?? new BackgroundScheduler());
  const server = new DashboardServer(broadcaster, controller.deadLetters, keepAlive);
  const names = [host, ...allowedHosts].map((name) => name.toLowerCase());
  const { port } = await server.listen(host, wanted, (address) => new RequestGuard(token, isLoopback(address), names));
  const close = () => server.close();
  const url = `http://${nameOf(host)}:${String(port)}/#token=${token}`;
  return { url, token, port, close, [Symbol.asyncDispose]: close };
}

/** What to write into a browser: an address that means all of them leads nowhere. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
