import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { orderPipeline, orderServer, type Order, type Receipt } from '../../examples/http/orderService.js';
import { turn } from '../credit/support/waiting.js';

type Answer = readonly [status: number, body: unknown, retryAfter: string | null];

/** A payment service that the test answers by hand. */
class Payments {
  readonly begun: number[] = [];
  readonly aborted: number[] = [];
  private readonly open = new Map<number, (receipt: Receipt) => void>();

  readonly charge = (order: Order, signal: AbortSignal): Promise<Receipt> => {
    this.begun.push(order.id);
    if (order.amount > 1000) return Promise.reject(new Error('no funds'));
    return new Promise((resolve, reject) => {
      this.open.set(order.id, resolve);
      signal.addEventListener('abort', () => {
        this.aborted.push(order.id);
        reject(signal.reason as Error);
      });
    });
  };

  pay(...ids: number[]): void {
    for (const id of ids) this.open.get(id)?.({ id, charged: 5 });
  }
}

const until = async (condition: () => boolean): Promise<void> => {
  for (let n = 0; n < 1000 && !condition(); n++) await turn();
  expect(condition()).toBe(true);
};

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const start = async (capacity: number, deadlineMs = 60_000) => {
  const payments = new Payments();
  const options = { capacity, deadlineMs };
  const orders = orderPipeline(payments.charge, options);
  const server: Server = orderServer(orders, options).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
    await orders.close();
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const post = async (body: unknown, signal?: AbortSignal): Promise<Answer> => {
    const init = { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(url, signal === undefined ? init : { ...init, signal });
    const answer = await response.text();
    return [response.status, answer === '' ? undefined : JSON.parse(answer), response.headers.get('retry-after')];
  };
  return { payments, orders, post };
};

const order = (id: number, amount = 5) => ({ id, amount });

describe('the HTTP example', () => {
  it('200 with the value, 422 with what was wrong, 502 where the work failed for good', async () => {
    const { payments, post } = await start(10);
    const paid = post(order(1));
    await until(() => payments.begun.includes(1));
    payments.pay(1);
    expect(await paid).toEqual([200, { id: 1, charged: 5 }, null]);
    const [status, body] = await post({ id: 2, amount: -1 });
    expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining('amount')]);
    expect((await post('{'))[0]).toBe(422);
    expect(await post(order(3, 5000))).toEqual([502, { code: 'EXHAUSTED' }, null]);
    expect(payments.begun).toEqual([1, 3, 3]);
  });

  it('429 with Retry-After where it is full, and 200 again once there is room', async () => {
    const { payments, orders, post } = await start(2);
    const first = [post(order(1)), post(order(2))];
    await until(() => orders.inFlight === 2);
    expect(await post(order(3))).toEqual([429, { code: 'OVERFLOW' }, '1']);
    payments.pay(1);
    expect((await first[0])?.[0]).toBe(200);
    const next = post(order(4));
    await until(() => payments.begun.includes(4));
    payments.pay(2, 4);
    expect([(await first[1])?.[0], (await next)[0]]).toEqual([200, 200]);
    expect(payments.begun).toEqual([1, 2, 4]);
  });

  it('503 with Retry-After once it closes, while what is in flight is answered', async () => {
    const { payments, orders, post } = await start(2);
    const first = post(order(1));
    await until(() => payments.begun.length === 1);
    const closed = orders.close();
    expect(await post(order(2))).toEqual([503, { code: 'PIPELINE_CLOSED' }, '1']);
    payments.pay(1);
    expect((await first)[0]).toBe(200);
    await closed;
  });

  it('504 after its deadline, and the call is told', async () => {
    const { payments, post } = await start(2, 30);
    expect(await post(order(1))).toEqual([504, { code: 'DEADLINE' }, null]);
    expect(payments.aborted).toEqual([1]);
  });

  it('a client that disconnects cancels its own request and no other', async () => {
    const { payments, orders, post } = await start(3);
    const client = new AbortController();
    const gone = post(order(1), client.signal).catch((error: unknown) => error);
    const stays = post(order(2));
    await until(() => payments.begun.length === 2);
    client.abort();
    expect(await gone).toBeInstanceOf(DOMException);
    await until(() => orders.count().cancelled === 1);
    await until(() => payments.aborted.length === 1);
    expect([payments.aborted, orders.inFlight]).toEqual([[1], 1]);
    payments.pay(2);
    expect((await stays)[0]).toBe(200);
    expect(orders.count()).toMatchObject({ submitted: 2, delivered: 1, cancelled: 1 });
  });
});
