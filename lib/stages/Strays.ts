import type { SchedulerLike, Subscription } from 'rxjs';

/** Work that heeds its signal ends soon after it was told to: only what is still there then is worth a word. */
const GRACE_MS = 100;

/** Work that was given up and goes on all the same: how much of it there is, and a word where it outlives its grace. */
export class Strays {
  private begun = 0;
  private ended = 0;
  private watch: Subscription | null = null;

  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly tell: (strays: number) => void,
  ) {}

  get count(): number {
    return this.begun - this.ended;
  }

  /** @param isHeard whether anybody would hear of it */
  begin(isHeard: boolean): void {
    this.begun++;
    if (isHeard) this.look();
  }

  end(): void {
    this.ended++;
    if (this.count === 0) this.stop();
  }

  stop(): void {
    this.watch?.unsubscribe();
    this.watch = null;
  }

  private look(): void {
    const { begun } = this;
    this.watch ??= this.scheduler.schedule(() => {
      this.watch = null;
      // Those that have ended may all be old ones: never more is told than is certain.
      const old = begun - this.ended;
      if (old > 0) this.tell(old);
      if (this.begun > begun) this.look();
    }, GRACE_MS);
  }
}
