import * as z from 'zod/mini';
import { checkOptions } from '../options/checkOptions.js';
import { name } from '../options/common.js';
import type { DatabaseClient } from './databaseClient.js';
import type { Destination } from './Destination.js';
import { makeRow, type Row } from './Row.js';
import { probeText, type UpsertTarget } from './upsertText.js';
import { UpsertWriter } from './UpsertWriter.js';

export interface DatabaseDestinationOptions {
  /** Anything with `query(text, params)`: a `Pool` or `Client` of pg, PGlite. It is yours: it is not closed here. */
  readonly client: DatabaseClient;
  /** The table, or its schema and its name: `['sales', 'orders']`. A dot inside a name is part of that name. */
  readonly table: string | readonly string[];
  /** The columns of the primary key, or of another unique key. */
  readonly key: string | readonly string[];
  /** The columns to write, the key included or not. Default: the fields that each record has. */
  readonly columns?: readonly string[] | undefined;
  /** A column that never goes back: a record with a lower version than the stored one changes nothing. */
  readonly version?: string | undefined;
  /** The name in errors and pictures. Default: that of the table. */
  readonly name?: string | undefined;
}

const identifier = z.string('give the name of a column, a string').check(
  z.minLength(1, 'give a name of at least one character'),
  z.refine((text) => !text.includes('\0'), 'give a name without a zero byte'),
);

const path = (remedy: string) => z.union([identifier, z.array(identifier).check(z.minLength(1, remedy))], remedy);

const SCHEMA = z.strictObject({
  client: z.custom<DatabaseClient>(
    (value) => typeof (value as Partial<DatabaseClient> | null | undefined)?.query === 'function',
    'give an object with query(text, params), such as a Pool of pg',
  ),
  table: path(`give the name of a table, or ['schema', 'table']`),
  key: path(`give the columns of the primary key, such as ['id']`),
  columns: z.optional(z.array(identifier, `give an array of columns, or leave it out`)),
  version: z.optional(identifier),
  name: z.optional(name),
});

/** @internal For the test that changes every option in turn. */
export const DATABASE_DESTINATION_OPTIONS: readonly string[] = Object.keys(SCHEMA.def.shape);

/**
 * A table of PostgreSQL as a destination. Each record is a row, inserted or, where its key is there already, updated:
 * writing it twice leaves what writing it once would have left. Records go in statements of many rows, one after the
 * other; of two with the same key the later one stays, or with `version` the higher one. A row that the database
 * refuses is the only one that is blamed, and is not tried again; a failure of the connection refuses them all and can
 * be tried again.
 *
 * A field becomes what its column wants: objects and arrays go into json and array columns, strings into json columns as
 * JSON strings, bigint, Date, Uint8Array, NaN into theirs; bigint inside JSON becomes a string. `undefined` and null are
 * NULL. A field that the record does not have is left as it is in the table, unless `columns` names it.
 *
 * Opening it checks the table, its columns and its unique key, and writes nothing. Give it a client that is not inside
 * a transaction, where one bad row would spoil the rest.
 *
 * @throws SluiceError OPTION where an option is unknown or makes no sense
 *
 * @example
 * const destination = databaseDestination({ client: pool, table: ['sales', 'orders'], key: ['id'], version: 'revision' });
 * fromPull(orders).pipe(finalSink({ destination, batch: { maxSize: 500, maxWaitMs: 50 } }));
 */
export function databaseDestination<T extends object>(options: DatabaseDestinationOptions): Destination<T> {
  checkOptions('databaseDestination', SCHEMA, DATABASE_DESTINATION_OPTIONS, options);
  const { client, columns = null, version = null } = options;
  const table = asArray(options.table);
  const target: UpsertTarget = { table, key: asArray(options.key), columns, version };
  const writer = new UpsertWriter(client, target);
  return {
    name: options.name ?? table.join('.'),
    async open() {
      await client.query(probeText(target), []);
    },
    write(requests, context) {
      const rows: Row[] = [];
      for (const request of requests) {
        try {
          rows.push(makeRow(request, context, target));
        } catch (error) {
          context.acknowledge({ id: request.id, ok: false, error, retryable: false });
        }
      }
      writer.add(rows);
    },
    close: () => writer.idle,
  };
}

function asArray(names: string | readonly string[]): readonly string[] {
  return typeof names === 'string' ? [names] : names;
}
