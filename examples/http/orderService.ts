import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipe } from 'rxjs';
import { asyncEgress, gateway, ingressProcessing, serve, type Service, type SubmitOutcome } from 'sluice';
import * as z from 'zod';

const Order = z.strictObject({ id: z.int(), amount: z.number().check(z.positive()) });
export type Order = z.infer<typeof Order>;

export interface Receipt {
  readonly id: number;
  readonly charged: number;
}

/** Charges an order; stops when the signal is aborted. */
export type Charge = (order: Order, signal: AbortSignal) => Promise<Receipt>;

export interface OrderServiceOptions {
  /** Requests that are worked on or wait. One more is answered with 429. */
  readonly capacity: number;
  /** How long a request may take, in milliseconds. Then it is answered with 504. */
  readonly deadlineMs: number;
}

/** The pipeline of the service: every request is one submission. */
export function orderPipeline(charge: Charge, { capacity }: OrderServiceOptions): Service<unknown, Receipt> {
  return serve<unknown, Receipt>(
    pipe(
      gateway({ maxConcurrentRequests: capacity }),
      ingressProcessing({ schema: Order }),
      asyncEgress({
        process: (order: Order, { signal }) => charge(order, signal),
        maxConcurrentOperations: 4,
        maxAttempts: 2,
        baseRetryDelayMs: 10,
        order: 'none',
      }),
    ),
    { capacity },
  );
}

/** An HTTP server that answers POST with what became of the body in the pipeline. */
export function orderServer(orders: Service<unknown, Receipt>, options: OrderServiceOptions): Server {
  return createServer((request, response) => {
    answer(orders, options, request, response).catch((error: unknown) => {
      response.destroy(error as Error);
    });
  });
}

async function answer(
  orders: Service<unknown, Receipt>,
  { deadlineMs }: OrderServiceOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  // Also emitted once the answer is complete; then nobody listens to the signal any more.
  response.on('close', () => {
    gone.abort();
  });
  const body = parse(await text(request));
  reply(response, await orders.submit(body, { signal: gone.signal, deadlineMs }));
}

/** What is no JSON is left to the schema, which says so. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** One status for each outcome. */
function reply(response: ServerResponse, result: SubmitOutcome<Receipt>): void {
  switch (result.outcome) {
    case 'delivered':
      send(response, 200, result.value);
      return;
    case 'filtered':
      send(response, 204);
      return;
    case 'rejected':
      // What is full will have room again; what is closed is another server's business.
      send(response, result.code === 'OVERFLOW' ? 429 : 503, { code: result.code }, result.retryAfterMs ?? 1000);
      return;
    case 'deadLettered':
      if (result.code === 'INVALID') send(response, 422, { code: result.code, why: result.letter.errors.map(String) });
      else send(response, 502, { code: result.code });
      return;
    case 'cancelled':
      if (result.code === 'DEADLINE') send(response, 504, { code: result.code });
      else if (result.code !== 'ABORTED') send(response, 503, { code: result.code }, 1000);
  }
}

function send(response: ServerResponse, status: number, body?: unknown, retryAfterMs?: number): void {
  if (retryAfterMs !== undefined) response.setHeader('Retry-After', Math.ceil(retryAfterMs / 1000));
  response.statusCode = status;
  if (body === undefined) response.end();
  else response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
}
