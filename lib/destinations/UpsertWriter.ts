import { findBlame, type DatabaseClient } from './databaseClient.js';
import { planUpserts, type RowsOfKey } from './planUpserts.js';
import type { Row } from './Row.js';
import { upsertText, type UpsertTarget } from './upsertText.js';

/**
 * Writes rows, one statement after the other, so that two writes of one key leave the later one. What is given to it
 * meanwhile goes into the next statement, which is as large as the database is slow. The sink's bound on pending
 * acknowledgments is the bound of its queue.
 */
export class UpsertWriter {
  private queue: Row[] = [];
  private running: Promise<void> | null = null;

  constructor(
    private readonly client: DatabaseClient,
    private readonly target: UpsertTarget,
  ) {}

  add(rows: readonly Row[]): void {
    for (const row of rows) this.queue.push(row);
    if (this.queue.length > 0) this.running ??= this.writeAll();
  }

  /** Resolves when nothing is left to write. */
  get idle(): Promise<void> {
    return this.running ?? Promise.resolve();
  }

  private async writeAll(): Promise<void> {
    try {
      while (this.queue.length > 0) {
        const rows = this.queue;
        this.queue = [];
        for (const { columns, keys } of planUpserts(rows)) await this.upsert(upsertText(this.target, columns), keys);
      }
    } finally {
      this.running = null;
    }
  }

  /** Writes the rows; where one of them is to blame, in halves until it is alone, and without it. */
  private async upsert(text: string, keys: readonly RowsOfKey[]): Promise<void> {
    const wanted = keys.map(stillWanted).filter(({ length }) => length > 0);
    if (wanted.length === 0) return;
    let failure: { readonly error: unknown } | null = null;
    try {
      await this.client.query(text, [`[${wanted.map((rows) => rows.at(-1)?.json ?? '').join(',')}]`]);
    } catch (error) {
      failure = { error };
    }
    if (failure === null) {
      for (const { id, context } of wanted.flat()) context.acknowledge({ id, ok: true });
      return;
    }
    const blame = await findBlame(this.client, failure.error);
    if (blame !== 'row') refuse(wanted.flat(), failure.error, blame === 'connection');
    else await this.upsertInHalves(text, wanted, failure.error);
  }

  private async upsertInHalves(text: string, keys: readonly RowsOfKey[], error: unknown): Promise<void> {
    const [rows] = keys;
    if (keys.length > 1) {
      const half = keys.length >> 1;
      await this.upsert(text, keys.slice(0, half));
      await this.upsert(text, keys.slice(half));
    } else if (rows !== undefined) {
      // The one that stood for its key is bad; the one before it may be good.
      refuse(rows.slice(-1), error, false);
      await this.upsert(text, [rows.slice(0, -1)]);
    }
  }
}

/** Without those that nobody waits for any more. */
function stillWanted(rows: RowsOfKey): RowsOfKey {
  return rows.filter(({ context }) => !context.signal.aborted);
}

function refuse(rows: readonly Row[], error: unknown, retryable: boolean): void {
  for (const { id, context } of rows) context.acknowledge({ id, ok: false, error, retryable });
}
