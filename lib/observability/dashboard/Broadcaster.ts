import type { SchedulerLike, Subscription } from 'rxjs';
import { EventClient, type EventStream, type Message } from './EventClient.js';
import { FrameBuilder, type ReadController } from './FrameBuilder.js';

/**
 * Tells all pages how the pipeline is, every `refreshMs`. While nobody listens there is no timer, and the controller is
 * not observed (C13).
 */
export class Broadcaster {
  private readonly clients = new Set<EventClient>();
  private readonly builder: FrameBuilder;
  private observing: Subscription | null = null;
  private timer: Subscription | null = null;

  constructor(
    private readonly controller: ReadController,
    private readonly refreshMs: number,
    private readonly scheduler: SchedulerLike,
  ) {
    this.builder = new FrameBuilder(controller);
  }

  get size(): number {
    return this.clients.size;
  }

  /** The page is told at once, and from now on. Returns what to call when it has gone. */
  add(stream: EventStream): () => void {
    const client = new EventClient(stream);
    this.clients.add(client);
    if (this.observing === null) this.begin();
    this.tell([client]);
    return () => {
      this.remove(client);
    };
  }

  close(): void {
    for (const client of this.clients) client.end();
    this.clients.clear();
    this.pause();
  }

  private remove(client: EventClient): void {
    this.clients.delete(client);
    if (this.clients.size === 0) this.pause();
  }

  /** Time accounting and latencies are kept while `status$` is observed: that is all that this subscription is for. */
  private begin(): void {
    this.observing = this.controller.status$.subscribe();
    const { refreshMs } = this;
    const tell = () => {
      this.tell(this.clients);
    };
    this.timer = this.scheduler.schedule(function () {
      tell();
      this.schedule(undefined, refreshMs);
    }, refreshMs);
  }

  private pause(): void {
    this.timer?.unsubscribe();
    this.observing?.unsubscribe();
    this.timer = this.observing = null;
  }

  private tell(clients: Iterable<EventClient>): void {
    const now = this.scheduler.now();
    const { frame, letters } = this.messages(now);
    for (const client of clients) {
      if (client.send(frame, letters, now)) continue;
      this.remove(client);
      client.destroy();
    }
  }

  /** Something in here is the user's, such as a throttle curve: if that throws the pages are told, and no one else. */
  private messages(now: number): { readonly frame: Message; readonly letters: Message | null } {
    try {
      return {
        frame: { event: 'frame', text: JSON.stringify(this.builder.frame(now)) },
        letters: { event: 'letters', text: JSON.stringify(this.builder.letters()) },
      };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { frame: { event: 'fault', text: JSON.stringify({ problem }) }, letters: null };
    }
  }
}
