import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DeadLetterQueue } from '../../control/DeadLetterQueue.js';
import { SluiceError } from '../../credit/SluiceError.js';
import type { Broadcaster } from './Broadcaster.js';
import type { RedriveAnswer, RedriveRequest } from './frame.js';
import { BadRequest, readRedrive } from './readRedrive.js';
import { renderPage, securityPolicy } from './renderPage.js';
import type { Refusal, RequestGuard } from './RequestGuard.js';

/** More pages than these at the same time are refused. */
const MOST_CLIENTS = 64;

const HEADERS = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** Answers the requests of pages: the page itself, the events it listens to, and redrive. */
export class DashboardServer {
  private readonly server: Server;
  private guard: RequestGuard | null = null;

  constructor(
    private readonly broadcaster: Broadcaster,
    private readonly deadLetters: DeadLetterQueue,
    keepAlive: boolean,
  ) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        fail(response, error);
      });
    });
    if (keepAlive) return;
    this.server.unref();
    this.server.on('connection', (socket) => socket.unref());
  }

  /**
   * @param guardFor makes the guard, when it is known who can reach the address
   * @throws SluiceError OPTION where the port is taken, or the address is none of this machine
   */
  async listen(host: string, port: number, guardFor: (address: string) => RequestGuard): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error) => {
        reject(cannotListen(host, port, error));
      });
      this.server.listen(port, host, resolve);
    });
    const address = this.server.address() as AddressInfo;
    this.guard = guardFor(address.address);
    return address;
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    this.broadcaster.close();
    if (!this.server.listening) return;
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
      this.server.closeAllConnections();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { guard } = this;
    // The path alone: what follows it is not looked at.
    const path = (request.url ?? '').replace(/[?#].*$/, '');
    const methods = METHODS[path];
    if (guard === null || methods === undefined) refuse(response, 404, 'there is nothing here');
    else if (!methods.includes(request.method ?? '')) {
      response.setHeader('Allow', methods.join(', '));
      refuse(response, 405, `write ${methods.join(' or ')}`);
    } else if (path === '/') {
      if (allowed(response, guard.refusesPage(request))) sendPage(response);
    } else if (path === '/events') {
      if (allowed(response, guard.refusesEvents(request))) this.listenTo(response);
    } else if (allowed(response, guard.refusesRedrive(request))) {
      await this.redrive(await readRedrive(request), response);
    }
  }

  private listenTo(response: ServerResponse): void {
    if (this.broadcaster.size >= MOST_CLIENTS) {
      refuse(response, 503, `${String(MOST_CLIENTS)} pages look at this already; close one`);
      return;
    }
    response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream; charset=utf-8' });
    response.socket?.setNoDelay(true);
    response.on('error', () => undefined);
    response.on('close', this.broadcaster.add(response));
  }

  private async redrive({ stage, code }: RedriveRequest, response: ServerResponse): Promise<void> {
    const redriven = await this.deadLetters.redrive({
      filter: (letter) => (stage ?? letter.stage) === letter.stage && (code ?? letter.code) === letter.code,
    });
    send(response, 200, { redriven });
  }
}

const METHODS: Readonly<Partial<Record<string, readonly string[]>>> = Object.assign(
  Object.create(null) as Record<string, readonly string[]>,
  { '/': ['GET'], '/events': ['GET'], '/redrive': ['POST'] },
);

function allowed(response: ServerResponse, refusal: Refusal | null): boolean {
  if (refusal !== null) refuse(response, refusal.status, refusal.problem);
  return refusal === null;
}

function sendPage(response: ServerResponse): void {
  const nonce = randomBytes(16).toString('base64');
  response.writeHead(200, {
    ...HEADERS,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': securityPolicy(nonce),
  });
  response.end(renderPage(nonce));
}

function refuse(response: ServerResponse, status: number, problem: string): void {
  // What is left of the request is not read.
  response.setHeader('Connection', 'close');
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  send(response, status, { problem });
}

function send(response: ServerResponse, status: number, answer: RedriveAnswer): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(answer));
}

/** A redrive that finds its pipeline over is a state of affairs; what else fails here is told to who asked. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const status =
    error instanceof BadRequest
      ? error.status
      : error instanceof SluiceError && error.code === 'PIPELINE_CLOSED'
        ? 409
        : 500;
  refuse(response, status, error instanceof Error ? error.message : String(error));
}

function cannotListen(host: string, port: number, cause: NodeJS.ErrnoException): SluiceError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `option port is ${String(port)}; it is taken on ${host}: give another one, or 0 for any that is free`,
    EACCES: `option port is ${String(port)}; this process may not listen there: give one from 1024 on, or 0`,
    EADDRNOTAVAIL: `option host is ${JSON.stringify(host)}; it is no address of this machine: give 127.0.0.1 or 0.0.0.0`,
    ENOTFOUND: `option host is ${JSON.stringify(host)}; nobody knows that name: give an address, such as 127.0.0.1`,
  };
  const reason = reasons[cause.code ?? ''] ?? `it cannot listen on ${host}:${String(port)}: ${cause.message}`;
  return new SluiceError('OPTION', `startDashboard: ${reason}`, { cause });
}
