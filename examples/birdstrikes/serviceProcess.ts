import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endWithTheProgram } from './ownProcess.js';
import { behaviourOf } from './serviceBehaviour.js';

endWithTheProgram();

const seed = Number(process.argv[2]);

const KILOGRAMS: Readonly<Record<string, number>> = { Small: 0.08, Medium: 0.8, Large: 4 };
const METRES_PER_SECOND_IN_A_KNOT = 0.514444;

/** `GET /impact?line=2&attempt=1&size=Large&knots=300` says with what energy the animal was hit. */
const server = createServer((request, response) => {
  const query = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams;
  const { latencyMs, answer } = behaviourOf(seed, Number(query.get('line')), Number(query.get('attempt')));
  if (answer === 'never') return;
  setTimeout(() => {
    if (answer === 'unavailable') response.writeHead(503).end();
    else response.end(JSON.stringify({ kilojoules: kilojoules(query.get('size') ?? '', Number(query.get('knots'))) }));
  }, latencyMs);
});

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

function kilojoules(size: string, knots: number): number {
  const speed = knots * METRES_PER_SECOND_IN_A_KNOT;
  return Math.round(((KILOGRAMS[size] ?? 0) * speed ** 2) / 2 / 100) / 10;
}
