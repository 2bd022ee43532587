import type { Frame, LettersFrame, RedriveAnswer, RedriveRequest } from '../frame.js';

export type ConnectionState = 'connecting' | 'live' | 'lost' | 'refused';

export interface Listener {
  frame(frame: Frame): void;
  letters(letters: LettersFrame): void;
  state(state: ConnectionState, problem: string): void;
}

/** The token, where the address has one. */
export function tokenOf(hash: string): string | null {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token');
  return token === null || token === '' ? null : token;
}

/** Milliseconds before it is tried again. */
const RETRY_MS = 2000;

/**
 * Listens to the events of the server, for ever. Not an EventSource: that cannot send the token, and a token in an
 * address would be written into logs.
 */
export async function listen(token: string | null, listener: Listener): Promise<never> {
  for (;;) {
    await listenOnce(token, listener).catch((error: unknown) => {
      listener.state('lost', error instanceof Error ? error.message : String(error));
    });
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function listenOnce(token: string | null, listener: Listener): Promise<void> {
  const response = await fetch('events', { headers: headersFor(token), cache: 'no-store' });
  if (!response.ok || response.body === null) {
    const { problem } = (await response.json()) as { readonly problem: string };
    listener.state('refused', problem);
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser((event, data) => {
    const message: unknown = JSON.parse(data);
    if (event === 'frame') {
      listener.state('live', '');
      listener.frame(message as Frame);
    } else if (event === 'letters') listener.letters(message as LettersFrame);
    else listener.state('refused', (message as { readonly problem: string }).problem);
  });
  for (let part = await reader.read(); !part.done; part = await reader.read()) parser.take(part.value);
  listener.state('lost', 'the program has closed the connection');
}

/** Server-sent events from pieces of text. */
export class EventParser {
  private rest = '';

  constructor(private readonly tell: (event: string, data: string) => void) {}

  take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event = 'message'] = /^event: (.*)$/m.exec(block) ?? [];
      const [, data] = /^data: (.*)$/m.exec(block) ?? [];
      if (data !== undefined) this.tell(event, data);
    }
  }
}

/** Asks the server to send letters in again, and says what came of it. */
export async function redrive(token: string, request: RedriveRequest): Promise<string> {
  try {
    const headers = { ...headersFor(token), 'Content-Type': 'application/json' };
    const response = await fetch('redrive', { method: 'POST', headers, body: JSON.stringify(request) });
    const answer = (await response.json()) as RedriveAnswer;
    if ('problem' in answer) return answer.problem;
    if (answer.redriven === 0) return 'None went in: each has been sent in as often as it may.';
    return answer.redriven === 1
      ? '1 letter went in again.'
      : `${answer.redriven.toLocaleString('en')} letters went in again.`;
  } catch (error) {
    return `It could not be asked: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function headersFor(token: string | null): Record<string, string> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}
