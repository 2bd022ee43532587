import { setTimeout as sleep } from 'node:timers/promises';
import { databaseDestination } from 'sluice/database';
import type { Destination } from 'sluice';
import { startProcess } from './ownProcess.js';
import type { AssessedStrike } from './records.js';

const CREATE = `create table strikes (
  line integer primary key,
  airport text not null,
  aircraft text not null,
  damage text not null,
  flight_date date not null,
  operator text not null,
  state text not null,
  phase text not null,
  wildlife_size text not null,
  species text not null,
  time_of_day text not null,
  cost_other integer not null,
  cost_repair integer not null,
  cost_total integer not null,
  speed_knots integer not null,
  impact_kilojoules numeric not null
)`;

export interface Query {
  readonly id: number;
  readonly text: string;
  readonly parameters: readonly string[];
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
  private readonly process = startProcess('./databaseProcess.ts');
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private lost: Error | null = null;

  private constructor() {
    this.process.child.on('message', this.answered);
    this.process.child.on('exit', this.ended);
  }

  static async open(): Promise<StrikesDatabase> {
    const database = new StrikesDatabase();
    await database.query(CREATE);
    return database;
  }

  /**
   * The table, as the end of a pipeline.
   *
   * @param delay milliseconds that each write waits before it begins
   */
  destination(delay: number): Destination<AssessedStrike> {
    const query = async (text: string, parameters: string[]): Promise<readonly unknown[]> => {
      if (delay > 0 && parameters.length > 0) await sleep(delay);
      return this.query(text, parameters);
    };
    return databaseDestination({ client: { query }, table: 'strikes', key: 'line' });
  }

  async keys(): Promise<Set<number>> {
    const rows = (await this.query('select line from strikes')) as readonly { line: number }[];
    return new Set(rows.map(({ line }) => line));
  }

  async close(): Promise<void> {
    await this.process.stop();
  }

  private query(text: string, parameters: readonly string[] = []): Promise<readonly unknown[]> {
    if (this.lost !== null) return Promise.reject(this.lost);
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.process.child.send({ id, text, parameters } satisfies Query);
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
    this.lost = new Error('the database has ended, and the table with it');
    for (const { reject } of this.waiting.values()) reject(this.lost);
    this.waiting.clear();
  };
}
