import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { map } from 'rxjs';
import { toReadable } from '../../lib/node/toReadable.js';
import { writableDestination } from '../../lib/node/writableDestination.js';
import { stage } from '../../lib/operators/stage.js';
import { run } from '../../lib/sinks/run.js';
import { toReadableStream } from '../../lib/sinks/toReadableStream.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { finalSink } from '../../lib/stages/finalSink.js';
import { turn } from '../credit/support/waiting.js';

const SIZE = 3_000_000;
const KILOBYTE = Buffer.alloc(1024, 'sluice');
const BYTES = { objectMode: false } as const;

let folder: string;
let input: string;
let expected: string;
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-streams-'));
  input = join(folder, 'input');
  const bytes = randomBytes(SIZE);
  expected = hash(bytes);
  await writeFile(input, bytes);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a real file into a real file', () => {
  const chunks = () => fromPull<Buffer>(() => createReadStream(input, { highWaterMark: 10_000 }));
  const slow = stage(async (chunk: Buffer) => chunk, { capacity: 4, concurrency: 4 });

  it('through toReadable and pipeline: every byte, once, in order', async () => {
    const output = join(folder, 'piped');
    await pipeline(toReadable(chunks().pipe(slow), BYTES), createWriteStream(output, { highWaterMark: 5000 }));
    expect(hash(await readFile(output))).toBe(expected);
  });

  it('through finalSink and writableDestination: as many acknowledged as read', async () => {
    const output = join(folder, 'sunk');
    const destination = writableDestination<Buffer>(() => createWriteStream(output, { highWaterMark: 5000 }));
    const report = await run(chunks().pipe(slow, finalSink({ destination, capacity: 8 })));
    expect([report.delivered, report.in, report.peakLive <= 13]).toEqual([300, 300, true]);
    expect(hash(await readFile(output))).toBe(expected);
  });

  it('a folder that does not exist fails the pipeline, and no record is taken for delivered', async () => {
    const destination = writableDestination<Buffer>(() => createWriteStream(join(folder, 'no', 'such')));
    const error = await run(chunks().pipe(slow, finalSink({ destination, capacity: 8 }))).catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({ report: { delivered: 0, deadLettered: 0 }, cause: { code: 'DESTINATION' } });
    await expect(stat(join(folder, 'no'))).rejects.toThrow('ENOENT');
  });
});

describe('a real file through Web streams', () => {
  it('is compressed and decompressed and comes out as it was', async () => {
    const chunks = fromPull<Uint8Array>(() => createReadStream(input, { highWaterMark: 50_000 }));
    const squeezed = toReadableStream(chunks, { highWaterMark: 2 })
      .pipeThrough(new CompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>)
      .pipeThrough(new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>);
    const body = await new Response(toReadableStream(fromPull(squeezed).pipe(map((chunk) => chunk)))).arrayBuffer();
    expect(hash(new Uint8Array(body))).toBe(expected);
  });
});

/** An endless or long source of kilobytes, and how it is used. */
function kilobytes(length = Infinity) {
  const watched = { pulled: 0, returned: 0 };
  function* rows() {
    try {
      while (watched.pulled < length) {
        watched.pulled++;
        yield KILOBYTE;
      }
    } finally {
      watched.returned++;
    }
  }
  return { watched, flow: fromPull(() => rows()) };
}

/** Answers one request on loopback, and hands both ends over. */
async function exchange(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ answer: IncomingMessage; close: () => Promise<void> }> {
  const server: Server = createServer(handle);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent: false }, resolve).on('error', reject);
  });
  const close = () =>
    new Promise<void>((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  return { answer, close };
}

/** Waits until a count stands still for 60 ms, and gives it. */
async function standstill(count: () => number): Promise<number> {
  for (let before = -1; before !== count();) {
    before = count();
    await turn(60);
  }
  return count();
}

const SENDERS: readonly (readonly [
  string,
  (flow: ReturnType<typeof kilobytes>['flow'], to: ServerResponse) => void,
])[] = [
  ['toReadable', (flow, to) => void pipeline(toReadable(flow, BYTES), to).catch(() => undefined)],
  [
    'writableDestination',
    (flow, to) => {
      const sink = finalSink<Buffer>({
        destination: writableDestination(to),
        capacity: 16,
        onDeadLetter: () => undefined,
      });
      flow.pipe(sink).subscribe({ error: () => undefined });
    },
  ],
];

describe.each(SENDERS)('a real HTTP response, by %s', (_, send) => {
  it('a reader that stops stops the source, and goes on where it stopped', async () => {
    const { watched, flow } = kilobytes(20_000);
    const { answer, close } = await exchange((__, response) => send(flow, response));
    const stopped = await standstill(() => watched.pulled);
    expect(stopped).toBeGreaterThan(10);
    expect(stopped).toBeLessThan(20_000);
    let bytes = 0;
    for await (const chunk of answer) bytes += (chunk as Buffer).length;
    expect([bytes, watched]).toEqual([20_000 * 1024, { pulled: 20_000, returned: 1 }]);
    await close();
  }, 20_000);

  it('C9: a reader that goes away cancels the source, once', async () => {
    const { watched, flow } = kilobytes();
    const { answer, close } = await exchange((__, response) => send(flow, response));
    await standstill(() => watched.pulled);
    answer.destroy();
    answer.on('error', () => undefined);
    await standstill(() => watched.pulled);
    expect(watched.returned).toBe(1);
    await close();
  }, 20_000);
});

describe('a real HTTP response that is read by fromPull', () => {
  it('is read as the stage below has room, and is whole', async () => {
    let sent = 0;
    const { answer, close } = await exchange((_, response) => {
      const more = () => {
        while (sent < 20_000) {
          sent++;
          if (!response.write(KILOBYTE)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    let go: () => void = () => undefined;
    const gate = new Promise<void>((open) => {
      go = open;
    });
    let bytes = 0;
    const work = run(
      fromPull<Buffer>(answer).pipe(
        stage(
          async (chunk) => {
            await gate;
            bytes += chunk.length;
          },
          { capacity: 2 },
        ),
      ),
    );
    const stopped = await standstill(() => sent);
    expect(stopped).toBeLessThan(20_000);
    go();
    await work;
    expect([sent, bytes]).toEqual([20_000, 20_000 * 1024]);
    await close();
  }, 20_000);
});
