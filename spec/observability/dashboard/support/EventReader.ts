import { get, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Frame, LettersFrame } from '../../../../lib/observability/dashboard/frame.js';

/** An answer that was read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Asks with any headers, also such as a browser would not let a page send. */
export function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: OutgoingHttpHeaders; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

type Told = readonly [event: string, data: unknown];

/** Reads the events of a dashboard as a page does. */
export class EventReader {
  readonly told: Told[] = [];
  ended = false;
  private readonly waiting = new Set<() => void>();

  private constructor(private readonly response: IncomingMessage) {
    let rest = '';
    const look = () => {
      for (const wake of [...this.waiting]) wake();
    };
    response.setEncoding('utf8').on('data', (part: string) => {
      const blocks = (rest + part).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
        this.told.push([event, JSON.parse(data)]);
      }
      look();
    });
    response.on('close', () => {
      this.ended = true;
      look();
    });
    response.on('error', () => undefined);
  }

  static open(port: number, headers: OutgoingHttpHeaders = {}): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const sent = get({ host: '127.0.0.1', port, path: '/events', headers, agent: false }, (response) => {
        if (response.statusCode === 200) resolve(new EventReader(response));
        else reject(new Error(`the answer was ${String(response.statusCode)}`));
      });
      sent.on('error', reject);
    });
  }

  get frames(): Frame[] {
    return this.told.flatMap(([event, data]) => (event === 'frame' ? [data as Frame] : []));
  }

  get letters(): LettersFrame[] {
    return this.told.flatMap(([event, data]) => (event === 'letters' ? [data as LettersFrame] : []));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.waiting.delete(wake);
          resolve();
        };
        this.waiting.add(wake);
      });
    }
  }

  close(): void {
    this.response.destroy();
  }
}
