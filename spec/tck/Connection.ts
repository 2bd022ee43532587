import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';

/** The fields of one line. */
export type Message = readonly string[];

/**
 * Synchronous calls to the other process and from it. A worker owns the socket, so that this thread can stand still inside
 * a call and still be given what the other side calls from inside it: calls nest as they would in one process.
 *
 * While it stands still only calls from inside its own calls are let in. All others wait for a turn of their own, as
 * they would in a program that runs each of its callbacks to its end.
 */
export class Connection {
  private readonly port: MessagePort;
  private readonly worker: Worker;
  private readonly arrived = new Int32Array(new SharedArrayBuffer(4));
  /** The calls of ours that have not returned. */
  private readonly open = new Set<string>();
  /** The calls of the other side that are being executed, the innermost last. */
  private readonly inside: string[] = [];
  private readonly waiting: Message[] = [];
  private lastId = 0;

  constructor(
    port: number,
    /** Executes a call of the other side. */
    private readonly execute: (op: string, args: Message) => void,
    /** How an error is told. */
    private readonly describe: (error: unknown) => Message,
    /** What was told, as an error. */
    private readonly errorFrom: (kind: string, message: string, id: string) => unknown,
  ) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.worker = new Worker(new URL('./socketWorker.js', import.meta.url), {
      workerData: { socket: port, lines: port2, arrived: this.arrived },
      transferList: [port2],
    });
    this.worker.on('error', (error) => {
      console.error(error);
      process.exit(1);
    });
    this.port.on('message', (line: string) => {
      this.receive(parse(line));
    });
  }

  /** Calls the other side, and returns when that call has. */
  call(op: string, ...args: readonly unknown[]): void {
    const id = String(++this.lastId);
    this.send('CALL', id, this.inside.at(-1) ?? 0, op, ...args);
    this.open.add(id);
    try {
      for (;;) {
        const message = this.nextMessage();
        const [verb, about, context = ''] = message;
        if (verb === 'RET' && about === id) {
          const [, , kind, text = '', errorId = ''] = message;
          if (kind !== undefined) throw this.errorFrom(kind, text, errorId);
          return;
        }
        if (this.open.has(context)) this.perform(message);
        else this.postpone(message);
      }
    } finally {
      this.open.delete(id);
    }
  }

  send(...fields: readonly unknown[]): void {
    this.port.postMessage(`${fields.map((field) => encodeURIComponent(String(field))).join(' ')}\n`);
  }

  private receive(message: Message): void {
    this.postpone(message);
  }

  /** A turn of its own for each call that was made outside all others. */
  private postpone(message: Message): void {
    this.waiting.push(message);
    setImmediate(() => {
      const next = this.waiting.shift();
      if (next !== undefined) this.perform(next);
    });
  }

  private perform([, id = '', , op = '', ...args]: Message): void {
    this.inside.push(id);
    let failure: Message = [];
    try {
      this.execute(op, args);
    } catch (error) {
      failure = this.describe(error);
    }
    this.inside.pop();
    this.send('RET', id, ...failure);
  }

  private nextMessage(): Message {
    for (;;) {
      const before = Atomics.load(this.arrived, 0);
      const received = receiveMessageOnPort(this.port) as { message: string } | undefined;
      if (received !== undefined) return parse(received.message);
      Atomics.wait(this.arrived, 0, before);
    }
  }
}

function parse(line: string): Message {
  return line.split(' ').map(decodeURIComponent);
}
