/** What of a response a client needs: Node's `ServerResponse`, or a test's. */
export interface EventStream {
  readonly writableNeedDrain: boolean;
  write(text: string): boolean;
  end(): unknown;
  destroy(): unknown;
}

/** One thing to be told to all pages, written out once. */
export interface Message {
  readonly event: 'frame' | 'letters' | 'fault';
  readonly text: string;
}

/** A page that has not read for so long is gone, or as good as. */
const DEAD_AFTER_MS = 30_000;

/**
 * One page that listens. What it has not read yet is at most one frame and one list of letters: while any of it is still
 * there, newer ones are left out and not kept, so that a page that never reads costs nothing more.
 */
export class EventClient {
  /** Frames that it was not sent because it had not read the one before. */
  skipped = 0;
  private stuckSince: number | null = null;
  private sentLetters: string | null = null;

  constructor(private readonly stream: EventStream) {}

  /** @returns false: it has not read for so long that it is given up */
  send(frame: Message, letters: Message | null, now: number): boolean {
    if (this.stream.writableNeedDrain) {
      this.skipped++;
      this.stuckSince ??= now;
      return now - this.stuckSince < DEAD_AFTER_MS;
    }
    this.stuckSince = null;
    const isNews = letters !== null && letters.text !== this.sentLetters;
    if (isNews) this.sentLetters = letters.text;
    this.stream.write(isNews ? encode(frame) + encode(letters) : encode(frame));
    return true;
  }

  /** The last page is told so in the orderly way; one that does not read would never hear of it. */
  end(): void {
    if (this.stream.writableNeedDrain) this.stream.destroy();
    else this.stream.end();
  }

  destroy(): void {
    this.stream.destroy();
  }
}

function encode({ event, text }: Message): string {
  return `event: ${event}\ndata: ${text}\n\n`;
}
