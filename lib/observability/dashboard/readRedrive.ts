import type { IncomingMessage } from 'node:http';
import * as z from 'zod/mini';
import type { RedriveRequest } from './frame.js';

const MOST_BYTES = 4096;

const schema = z.strictObject({ stage: z.optional(z.string()), code: z.optional(z.string()) });

/** What is wrong with the body of a request. */
export class BadRequest extends Error {
  constructor(
    readonly status: 400 | 413 | 415,
    message: string,
  ) {
    super(message);
  }
}

/** @throws BadRequest */
export async function readRedrive(request: IncomingMessage): Promise<RedriveRequest> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new BadRequest(415, 'send Content-Type: application/json');
  }
  let text = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.length > MOST_BYTES) throw new BadRequest(413, `send at most ${String(MOST_BYTES)} bytes`);
  }
  const result = schema.safeParse(parse(text));
  if (result.success) return result.data;
  throw new BadRequest(400, 'send {}, or { "stage": "…", "code": "…" }, or one of them');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
