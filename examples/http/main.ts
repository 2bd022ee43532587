import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { orderPipeline, orderServer, type Order } from './orderService.js';

// node --import tsx examples/http/main.ts, then:
// curl -i -d '{"id":1,"amount":5}' http://127.0.0.1:<port>/
const options = { capacity: 100, deadlineMs: 2000 };
const charge = async ({ id, amount }: Order, signal: AbortSignal) => {
  await wait(100, undefined, { signal });
  return { id, charged: amount };
};

const orders = orderPipeline(charge, options);
const server = orderServer(orders, options).listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);

process.once('SIGINT', () => {
  void stop();
});

/** What is in flight is answered; what comes later gets 503. */
async function stop(): Promise<void> {
  server.close();
  await orders.close();
  console.log(orders.count());
  server.closeAllConnections();
}
