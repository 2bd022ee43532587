import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseDestination, type DatabaseDestinationOptions } from '../../lib/destinations/databaseDestination.js';
import { run, type RunError } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { finalSink, type FinalSinkOptions } from '../../lib/stages/finalSink.js';
import { codeIn, messageIn } from '../credit/support/errors.js';
import { databases, type TestDatabase } from './support/databases.js';

const found = await databases();
const SCHEMA = `sluice "spec" ${String(process.pid)}`;
const schema = `"${SCHEMA.replaceAll('"', '""')}"`;
const TIMEOUT = 30_000;

afterAll(async () => {
  for (const { close } of found) await close();
});

/** The client with every statement written down. */
function watched(client: TestDatabase['client']) {
  const statements: string[] = [];
  return {
    statements,
    query: (text: string, params: string[]) => {
      statements.push(text);
      return client.query(text, params);
    },
  };
}

const inserts = ({ statements }: { statements: string[] }) => statements.filter((text) => text.startsWith('INSERT'));

describe.each(found.map((database) => [database.name, database] as const))(
  'databaseDestination on %s',
  (_, database) => {
    const { client, texts } = database;
    const exec = (text: string) => client.query(text, []);
    let tables = 0;

    /** A new table, and a function that writes records into it. */
    async function table(columns: string, options: Partial<DatabaseDestinationOptions> = {}) {
      const name = `t ${String(++tables)}`;
      const quoted = `${schema}."${name}"`;
      await exec(`CREATE TABLE ${quoted} (${columns})`);
      const watching = watched(client);
      const destination = databaseDestination<object>({
        client: watching,
        table: [SCHEMA, name],
        key: 'id',
        ...options,
      });
      const write = (records: readonly object[], sink: Partial<FinalSinkOptions<object>> = {}) => {
        const batch = { maxSize: Math.max(1, records.length) };
        const maxPendingAcknowledgments = Math.max(1000, records.length);
        return run(fromPull(records).pipe(finalSink({ destination, batch, maxPendingAcknowledgments, ...sink })));
      };
      const stored = (column: string) => texts(`SELECT (${column})::text AS text FROM ${quoted} ORDER BY id`);
      return { quoted, watching, write, stored };
    }

    beforeAll(async () => {
      await exec(`CREATE SCHEMA ${schema}`);
    }, TIMEOUT);
    afterAll(async () => {
      await exec(`DROP SCHEMA ${schema} CASCADE`);
    }, TIMEOUT);

    it('writes a batch in one statement, and the same once more leaves the same', async () => {
      const { write, stored, watching } = await table('id int PRIMARY KEY, name text');
      const records = Array.from({ length: 500 }, (_, id) => ({ id, name: `n${String(id)}` }));
      expect(await write(records)).toMatchObject({ in: 500, delivered: 500 });
      expect(await write(records)).toMatchObject({ delivered: 500 });
      expect(inserts(watching)).toHaveLength(2);
      expect(await stored('name')).toEqual(records.map(({ name }) => name));
    });

    it('does nothing for a key that is there, where there is nothing but the key', async () => {
      const { write, stored } = await table('id int PRIMARY KEY');
      await write([{ id: 1 }, { id: 2 }]);
      expect(await write([{ id: 2 }, { id: 3 }, { id: 3 }])).toMatchObject({ delivered: 3 });
      expect(await stored('id')).toEqual(['1', '2', '3']);
    });

    it.each([
      ['null', null, 'text', null],
      ['undefined', undefined, 'text', null],
      ['a Date', new Date('2024-02-29T12:34:56.789Z'), 'timestamptz', '2024-02-29 12:34:56.789+00'],
      ['a Date before 1970', new Date('1900-01-01T00:00:00Z'), 'timestamp', '1900-01-01 00:00:00'],
      ['a day', new Date('2024-02-29T23:59:59Z'), 'date', '2024-02-29'],
      ['an object', { a: [1, { b: null }], 'q"': 'é\n' }, 'jsonb', '{"a": [1, {"b": null}], "q\\"": "é\\n"}'],
      ['an object as it is', { b: 1, a: 2 }, 'json', '{"b":1,"a":2}'],
      ['an array as JSON', [1, 'two', null], 'jsonb', '[1, "two", null]'],
      ['an array as an array', ['a,"b', null, 'NULL', ''], 'text[]', '{"a,\\"b",NULL,"NULL",""}'],
      [
        'an array of arrays',
        [
          [1n, 2],
          [3, 4],
        ],
        'bigint[]',
        '{{1,2},{3,4}}',
      ],
      ['a string as JSON', '{"a":1}', 'jsonb', '"{\\"a\\":1}"'],
      ['a number as JSON', 5, 'jsonb', '5'],
      ['bytes', new Uint8Array([0, 1, 127, 128, 255]), 'bytea', '\\x00017f80ff'],
      ['no bytes', new Uint8Array(), 'bytea', '\\x'],
      ['a bigint', 9_223_372_036_854_775_807n, 'bigint', '9223372036854775807'],
      ['a bigint past 64 bits', 2n ** 100n, 'numeric', '1267650600228229401496703205376'],
      ['NaN', NaN, 'float8', 'NaN'],
      ['infinity', -Infinity, 'float8', '-Infinity'],
      ['minus zero', -0, 'float8', '-0'],
      ['a small number', 1e-7, 'numeric', '0.0000001'],
      ['a boolean', false, 'boolean', 'false'],
      ['text that looks like SQL', `'); DROP TABLE x; --\\`, 'text', `'); DROP TABLE x; --\\`],
      ['an emoji', '👩‍👩‍👧', 'text', '👩‍👩‍👧'],
      ['a number for text', 12, 'text', '12'],
    ])('takes %s', async (_, value, type, expected) => {
      const { write, stored } = await table(`id int PRIMARY KEY, value ${type}`);
      const report = await write([{ id: 1, value }]);
      expect(report.deadLetters.flatMap(({ errors }) => errors.map(messageIn))).toEqual([]);
      const column = type === 'timestamptz' ? `value AT TIME ZONE 'UTC'` : 'value';
      expect(await stored(column)).toEqual([type === 'timestamptz' ? expected?.replace('+00', '') : expected]);
    });

    it('blames one bad row of a batch, and no other', async () => {
      const { write, stored, watching } = await table('id int PRIMARY KEY, n int CHECK (n <> 13)');
      const records = Array.from({ length: 100 }, (_, id) => ({ id, n: id === 77 ? 13 : id === 13 ? 0 : id }));
      const report = await write(records, { attempts: 3 });
      expect(report).toMatchObject({ in: 100, delivered: 99, deadLettered: 1, codes: { deadLettered: { NACK: 1 } } });
      expect(report.deadLetters[0]).toMatchObject({ value: { id: 77 }, attempts: 1 });
      expect(messageIn(report.deadLetters[0]?.errors[0])).toContain('violates check constraint');
      expect(await stored('id')).toHaveLength(99);
      expect(inserts(watching).length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(100)));
    });

    it.each([
      ['a value of the wrong type', { id: 2, n: 'many' }, 'invalid input syntax'],
      ['a key that is missing', { n: 1 }, 'null value in column'],
      ['a column that is not there', { id: 2, m: 1 }, 'does not exist'],
      ['a zero byte', { id: 2, s: 'a\0b' }, ''],
      ['half of a surrogate pair', { id: 2, s: '\ud800' }, ''],
      ['what has no form in a database', { id: 2, s: () => 1 }, `column 's': a function cannot be written`],
      [
        'a getter that throws',
        {
          id: 2,
          get s() {
            throw new Error('getter');
          },
        },
        `column 's': getter`,
      ],
      ['a column with a zero byte', { id: 2, 'a\0': 1 }, 'zero byte'],
      ['no record at all', null as unknown as object, 'a row must be an object'],
    ])('blames %s, wherever it is found', async (_, bad, message) => {
      const { write, stored } = await table('id int PRIMARY KEY, n int, s text');
      const report = await write([{ id: 1, n: 1 }, bad, { id: 3, n: 3 }]);
      expect(report.deadLetters.map(({ value }) => value)).toEqual([bad]);
      expect(messageIn(report.deadLetters[0]?.errors[0])).toContain(message);
      expect(await stored('id')).toEqual(['1', '3']);
    });

    it('takes a key twice in a batch: the last one stays, all are acknowledged', async () => {
      const { write, stored, watching } = await table('id int PRIMARY KEY, n int');
      const report = await write([
        { id: 1, n: 1 },
        { id: 2, n: 2 },
        { id: '1', n: 3 },
        { id: 1n, n: 4 },
      ]);
      expect(report).toMatchObject({ in: 4, delivered: 4 });
      expect(await stored('n')).toEqual(['4', '2']);
      expect(inserts(watching)).toHaveLength(1);
    });

    it('falls back on the one before, where the last of a key is bad', async () => {
      const { write, stored } = await table('id int PRIMARY KEY, n int CHECK (n < 10)');
      const report = await write([
        { id: 1, n: 1 },
        { id: 1, n: 2 },
        { id: 2, n: 5 },
        { id: 1, n: 30 },
      ]);
      expect(report.deadLetters.map(({ value }) => value)).toEqual([{ id: 1, n: 30 }]);
      expect(report.delivered).toBe(3);
      expect(await stored('n')).toEqual(['2', '5']);
    });

    it('takes keys that only the database finds the same: the later one stays', async () => {
      const { write, stored } = await table('id numeric PRIMARY KEY, n int');
      const report = await write([
        { id: '7', n: 1 },
        { id: '8', n: 2 },
        { id: '7.0', n: 3 },
      ]);
      expect(report).toMatchObject({ delivered: 3, deadLettered: 0 });
      expect(await stored('n')).toEqual(['3', '2']);
    });

    it('takes a key of several columns, one with a null among them', async () => {
      const { write, stored } = await table('id int, part text, n int, UNIQUE (id, part)', { key: ['id', 'part'] });
      await write([
        { id: 1, part: 'a', n: 1 },
        { id: 1, part: 'b', n: 2 },
        { id: 1, part: 'a', n: 3 },
        { id: 2, part: null, n: 4 },
        { id: 2, part: null, n: 5 },
      ]);
      expect(await stored('n')).toEqual(expect.arrayContaining(['3', '2', '4', '5']));
    });

    it(
      'writes more values than a statement may have parameters',
      async () => {
        const names = Array.from({ length: 20 }, (_, n) => `c${String(n)}`);
        const { write, quoted } = await table(`id int PRIMARY KEY, ${names.map((name) => `${name} int`).join(', ')}`);
        const records = Array.from({ length: 4000 }, (_, id) => ({
          id,
          ...Object.fromEntries(names.map((name, n) => [name, n + id])),
        }));
        expect(records.length * 21).toBeGreaterThan(65_535);
        expect(await write(records)).toMatchObject({ delivered: 4000 });
        expect(await texts(`SELECT (count(*) || ' ' || sum(c19))::text AS text FROM ${quoted}`)).toEqual([
          `4000 ${String(4000 * 19 + (4000 * 3999) / 2)}`,
        ]);
      },
      TIMEOUT,
    );

    it('quotes whatever a name has in it', async () => {
      const column = `we"ird"; DROP SCHEMA public; --.Ünï`;
      const quotedColumn = `"${column.replaceAll('"', '""')}"`;
      const { write, stored } = await table(
        `id int PRIMARY KEY, ${quotedColumn} int, "constructor" int, "__proto__" int`,
      );
      expect(
        await write([
          JSON.parse(`{ "id": 1, "constructor": 2, "__proto__": 3, ${JSON.stringify(column)}: 4 }`) as object,
        ]),
      ).toMatchObject({ delivered: 1 });
      expect(await stored(`${quotedColumn} * 100 + "constructor" * 10 + "__proto__"`)).toEqual(['423']);
    });

    it('leaves a field alone that the record does not have, and writes NULL for one that columns names', async () => {
      const open = await table('id int PRIMARY KEY, a int, b int');
      await open.write([
        { id: 1, a: 1, b: 1 },
        { id: 1, a: 2 },
        { id: 1, b: 3, a: undefined },
      ]);
      expect(await open.stored(`coalesce(a::text, 'null') || ' ' || b`)).toEqual(['null 3']);
      const fixed = await table('id int PRIMARY KEY, a int, b int', { columns: ['a'] });
      await fixed.write([{ id: 1, a: 1, b: 1, c: 'no column' }, { id: 2 }]);
      expect(await fixed.stored(`coalesce(a::text, 'null') || ' ' || coalesce(b::text, 'null')`)).toEqual([
        '1 null',
        'null null',
      ]);
    });

    it.each([
      ['numbers', 'int', [2, 5, 3, 1]],
      ['bigints', 'bigint', [2n, 5n, 3n, 1n]],
      ['strings of digits, which only the database can compare', 'bigint', ['2', '10', '9', '1']],
      ['dates', 'timestamptz', [2, 5, 3, 1].map((day) => new Date(Date.UTC(2024, 0, day)))],
    ])('has a version that never goes back: %s', async (_, type, versions) => {
      const { write, stored } = await table(`id int PRIMARY KEY, v ${type}, n int`, { version: 'v' });
      const records = versions.map((v, n) => ({ id: 1, v, n }));
      expect(await write(records)).toMatchObject({ delivered: 4 });
      expect(await stored('n')).toEqual(['1']);
      for (const record of records) expect(await write([record])).toMatchObject({ delivered: 1 });
      expect(await stored('n')).toEqual(['1']);
      await write([
        { id: 1, v: versions[1], n: 7 },
        { id: 1, v: null, n: 8 },
        { id: 1, n: 9 },
      ]);
      expect(await stored('n')).toEqual(['7']);
    });

    it('replaces a version that is not known', async () => {
      const { write, stored } = await table('id int PRIMARY KEY, v int, n int', { version: 'v' });
      await write([{ id: 1, v: null, n: 1 }]);
      await write([{ id: 1, v: 1, n: 2 }]);
      expect(await stored('n')).toEqual(['2']);
    });

    it.each([
      ['the table is missing', { table: 'nowhere' }, 'relation "nowhere" does not exist'],
      ['the key is not unique', { key: 'n' }, 'no unique or exclusion constraint'],
      ['a column is missing', { columns: ['m'] }, 'column "m" of relation'],
      ['the version is missing', { version: 'w' }, 'column "w" of relation'],
    ] as [string, Partial<DatabaseDestinationOptions>, string][])(
      'fails at the start where %s, and writes nothing',
      async (_, options, message) => {
        const { write, watching } = await table('id int PRIMARY KEY, n int', options);
        const error = (await write([{ id: 1, n: 1 }]).catch((caught: unknown) => caught)) as RunError;
        expect(codeIn(error.cause)).toBe('DESTINATION');
        expect(messageIn(error.cause)).toContain(message);
        expect(error.report).toMatchObject({ delivered: 0, inFlight: 0 });
        expect(inserts(watching)).toEqual([]);
      },
    );

    it('keeps the order of a key over many small writes that are under way together', async () => {
      const { write, stored, watching } = await table('id int PRIMARY KEY, n int');
      const records = Array.from({ length: 300 }, (_, n) => ({ id: n % 3, n }));
      expect(await write(records, { batch: { maxSize: 1 } })).toMatchObject({ delivered: 300 });
      expect(await stored('n')).toEqual(['297', '298', '299']);
      expect(inserts(watching).length).toBeLessThan(10);
    });
  },
);
