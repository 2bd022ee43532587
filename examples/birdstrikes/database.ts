import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { COLUMNS, type Strike } from './records.js';

const CREATE = `create table strikes (
  line integer primary key,
  ${COLUMNS.map(({ name, type }) => `${name} ${type} not null`).join(',\n  ')}
)`;

const INSERT = `insert into strikes (line, ${COLUMNS.map(({ name }) => name).join(', ')})
  values ($1, ${COLUMNS.map((_, index) => `$${index + 2}`).join(', ')})`;

export interface Query {
  readonly id: number;
  readonly text: string;
  readonly parameters: readonly (string | number)[];
}

export interface Answer {
  readonly id: number;
  readonly rows: readonly unknown[];
  readonly error?: unknown;
}

interface Waiting {
  resolve(rows: readonly unknown[]): void;
  reject(error: unknown): void;
}

/**
 * A table of strikes in a PostgreSQL that lives in memory; the key is the line in the file. It has a process of its own,
 * because PGlite computes in the thread that calls it and takes hundreds of megabytes: here it keeps no signal waiting,
 * and the program is gone at once when it has to be.
 */
export class StrikesDatabase {
  private readonly process = fork(new URL('./databaseProcess.ts', import.meta.url), { serialization: 'advanced' });
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private lost: Error | null = null;

  private constructor(private readonly delay: number) {
    this.process.on('message', this.answered);
    this.process.on('exit', this.ended);
    process.on('exit', this.kill);
  }

  /** @param delay milliseconds that each write waits before it begins */
  static async open(delay: number): Promise<StrikesDatabase> {
    const database = new StrikesDatabase(delay);
    await database.query(CREATE);
    return database;
  }

  /** @returns the key, once the row is written. A second row with the same key fails. */
  async write({ line, fields }: Strike, signal: AbortSignal): Promise<number> {
    if (this.delay > 0) await sleep(this.delay, undefined, { signal });
    await this.query(INSERT, [line, ...fields]);
    return line;
  }

  async keys(): Promise<Set<number>> {
    const rows = (await this.query('select line from strikes order by line')) as readonly { line: number }[];
    return new Set(rows.map(({ line }) => line));
  }

  async close(): Promise<void> {
    if (this.lost !== null) return;
    const exited = once(this.process, 'exit');
    this.kill();
    await exited;
  }

  private query(text: string, parameters: Query['parameters'] = []): Promise<readonly unknown[]> {
    if (this.lost !== null) return Promise.reject(this.lost);
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.process.send({ id, text, parameters } satisfies Query);
    });
  }

  private readonly answered = (message: unknown): void => {
    const { id, rows, error } = message as Answer;
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) waiting?.resolve(rows);
    else waiting?.reject(error);
  };

  private readonly ended = (): void => {
    process.off('exit', this.kill);
    this.lost = new Error('the database has ended, and the table with it');
    for (const { reject } of this.waiting.values()) reject(this.lost);
    this.waiting.clear();
  };

  /** It has nothing to save, and it may be deaf to anything less while it starts. */
  private readonly kill = (): void => {
    this.process.kill('SIGKILL');
  };
}
