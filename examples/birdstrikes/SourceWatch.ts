import type { Row } from './records.js';

/** 'closed': at the end of the file, or told to give no more. */
export type SourceState = 'running' | 'stopped' | 'closed';

/**
 * With credit the next pull follows a delivery at once; each round of credit ends in a pause of some milliseconds that
 * nobody needs to read about. A source that has not been pulled for this long is called stopped.
 */
const QUIET_MILLISECONDS = 25;

/** Stands between the file and the pipeline and sees every pull, so that it is the source itself that is observed. */
export class SourceWatch {
  /** Rows that were pulled and came. */
  rows = 0;
  /** How far the file has been read and parsed. */
  bytes = 0;
  /** How often the source was asked for a row. */
  pulls = 0;
  stops = 0;
  state: SourceState = 'running';
  private stoppedSince = 0;
  private stoppedBefore = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly changed: (state: SourceState) => void) {}

  async *watch(rows: AsyncIterable<Row>): AsyncGenerator<Row, void, undefined> {
    try {
      this.pulls++;
      for await (const row of rows) {
        this.rows++;
        this.bytes = row.info.bytes;
        this.rest();
        yield row;
        this.pulled();
      }
    } finally {
      this.closed();
    }
  }

  /** For how long the source was stopped, all stops together. */
  get stoppedMilliseconds(): number {
    return this.stoppedBefore + (this.state === 'stopped' ? performance.now() - this.stoppedSince : 0);
  }

  private rest(): void {
    const since = performance.now();
    this.timer = setTimeout(() => {
      this.stops++;
      this.state = 'stopped';
      this.stoppedSince = since;
      this.changed('stopped');
    }, QUIET_MILLISECONDS);
  }

  private pulled(): void {
    this.pulls++;
    clearTimeout(this.timer);
    if (this.state === 'running') return;
    this.stoppedBefore = this.stoppedMilliseconds;
    this.state = 'running';
    this.changed('running');
  }

  private closed(): void {
    clearTimeout(this.timer);
    this.stoppedBefore = this.stoppedMilliseconds;
    this.state = 'closed';
    this.changed('closed');
  }
}
