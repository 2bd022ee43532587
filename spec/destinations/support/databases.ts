import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

/** A database to test against. */
export interface TestDatabase {
  readonly name: string;
  /** What the destination is given. */
  readonly client: { query(text: string, params: string[]): Promise<unknown> };
  /** Runs a query whose one column is called `text` and is one, so that no driver's types get in the way. */
  texts(query: string): Promise<(string | null)[]>;
  close(): Promise<void>;
}

type Rows = { readonly rows: readonly { readonly text: string | null }[] };

const DEMANDED = process.env['DATABASE_URL'];
const REAL = DEMANDED ?? 'postgres://postgres@127.0.0.1:5432/test';

/** PGlite always, and a real PostgreSQL where one answers. One that DATABASE_URL names must answer. */
export async function databases(): Promise<TestDatabase[]> {
  const pglite = await PGlite.create();
  const found = [database('PGlite', pglite, () => pglite.close())];
  const pool = new pg.Pool({ connectionString: REAL, max: 4, connectionTimeoutMillis: 2000 });
  try {
    await pool.query('SELECT 1');
    found.push(database('PostgreSQL', pool, () => pool.end()));
  } catch (error) {
    await pool.end();
    if (DEMANDED !== undefined) throw new Error(`no PostgreSQL answers at DATABASE_URL: ${REAL}`, { cause: error });
    console.warn(
      `\n!!! NOT TESTED against a real PostgreSQL: none answers at ${REAL} (${String(error)}).\n` +
        `!!! PGlite only. Set DATABASE_URL to a database in which schemas may be created.\n`,
    );
  }
  return found;
}

function database(name: string, client: TestDatabase['client'], close: () => Promise<void>): TestDatabase {
  return {
    name,
    client,
    texts: async (query) => ((await client.query(query, [])) as Rows).rows.map(({ text }) => text),
    close,
  };
}
