// Plain JavaScript, because a worker is not given the loader for TypeScript.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { workerData } from 'node:worker_threads';

/** @type {{ socket: number, lines: import('node:worker_threads').MessagePort, arrived: Int32Array }} */
const { socket, lines, arrived } = workerData;

const connection = connect({ host: '127.0.0.1', port: socket, noDelay: true });
createInterface({ input: connection }).on('line', (line) => {
  lines.postMessage(line);
  Atomics.add(arrived, 0, 1);
  Atomics.notify(arrived, 0);
});
lines.on('message', (line) => {
  connection.write(line);
});
// The other process is gone, and with it the reason for this one, which may stand still inside a call.
connection.on('close', () => {
  process.kill(process.pid, 'SIGTERM');
});
