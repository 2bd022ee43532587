import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import {
  DATABASE_DESTINATION_OPTIONS,
  databaseDestination,
  type DatabaseDestinationOptions,
} from '../../lib/destinations/databaseDestination.js';
import { run, type RunError } from '../../lib/sinks/run.js';
import { fromPull } from '../../lib/sources/fromPull.js';
import { finalSink, type FinalSinkOptions } from '../../lib/stages/finalSink.js';
import { FlowTestScheduler } from '../../lib/testing/index.js';
import { codeIn, messageIn, thrownBy } from '../credit/support/errors.js';

/** A client without a database: it notes the ids of each statement, and answers when, and as, the test says. */
class FakeClient {
  readonly log: string[] = [];
  private readonly waiting: { resolve: (value?: unknown) => void; reject: (error: unknown) => void }[] = [];

  constructor(private readonly answer: ((text: string, nth: number) => unknown) | null = () => undefined) {}

  query(text: string, params: string[]): Promise<unknown> {
    if (text.startsWith('EXPLAIN')) return Promise.resolve();
    const rows = params[0] === undefined ? null : (JSON.parse(params[0]) as { id: unknown }[]);
    this.log.push(rows === null ? text : rows.map(({ id }) => String(id)).join(','));
    const { answer } = this;
    if (answer === null) return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
    return Promise.resolve().then(() => answer(text, this.log.length));
  }

  async next(): Promise<void> {
    this.waiting.shift()?.resolve();
    await settled();
  }
}

const settled = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

const failing = (code: string | undefined, message = 'failed') => Object.assign(new Error(message), { code });
const ids = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));

function write(client: FakeClient, count: number, sink: Partial<FinalSinkOptions<object>> = {}) {
  const destination = databaseDestination<object>({ client, table: 't', key: 'id' });
  return run(fromPull(ids(count)).pipe(finalSink({ destination, batch: { maxSize: count }, ...sink })));
}

describe('a database that fails', () => {
  it.each([
    ['a deadlock', '40P01'],
    ['a shutdown', '57P01'],
    ['a lost connection', 'ECONNRESET'],
    ['a broken pipe, whose code looks like one of SQL', 'EPIPE'],
    ['too many connections', '53300'],
  ])('by %s: no row is blamed, no half is tried, and another attempt does', async (_, code) => {
    const client = new FakeClient((_text, nth) => {
      if (nth === 1) throw failing(code);
    });
    expect(await write(client, 8, { attempts: 2 })).toMatchObject({ delivered: 8, deadLettered: 0 });
    expect(client.log).toEqual(['0,1,2,3,4,5,6,7', '0,1,2,3,4,5,6,7']);
  });

  it('without a code: it is asked whether it answers at all, and where it does not, no row is blamed', async () => {
    const client = new FakeClient(() => {
      throw failing(undefined, 'Connection terminated');
    });
    const report = await write(client, 4);
    expect(client.log).toEqual(['0,1,2,3', 'SELECT 1']);
    expect(report).toMatchObject({ deadLettered: 4 });
  });

  it('without a code, and it answers: the row is found', async () => {
    const client: FakeClient = new FakeClient((text) => {
      if (text !== 'SELECT 1' && /\b2\b/.test(client.log.at(-1) ?? '')) throw failing(undefined, 'odd');
    });
    const report = await write(client, 4);
    expect(report.deadLetters.map(({ value }) => value)).toEqual([{ id: 2 }]);
  });

  it('because of the statement: all rows are refused for good, and no half is tried', async () => {
    const client = new FakeClient(() => {
      throw failing('42703');
    });
    expect(await write(client, 8, { attempts: 3 })).toMatchObject({ deadLettered: 8 });
    expect(client.log).toHaveLength(1);
  });

  it('while the row to blame is looked for: that half can be tried again', async () => {
    const client = new FakeClient((_text, nth) => {
      if (nth === 1) throw failing('23505');
      if (nth === 2) throw failing('57P01');
    });
    expect(await write(client, 4, { attempts: 2 })).toMatchObject({ delivered: 4 });
    expect(client.log).toEqual(['0,1,2,3', '0,1', '2,3', '0,1']);
  });

  it('because nobody listens there: the stream fails at the start', async () => {
    const client = new pg.Pool({ host: '127.0.0.1', port: 1 });
    const destination = databaseDestination<object>({ client, table: 't', key: 'id' });
    const error = (await run(fromPull(ids(3)).pipe(finalSink({ destination }))).catch(
      (caught: unknown) => caught,
    )) as RunError;
    expect([codeIn(error.cause), error.report.delivered]).toEqual(['DESTINATION', 0]);
    expect(messageIn(error.cause)).toContain(`destination 't' could not be opened`);
    await client.end();
  });
});

describe('statements', () => {
  it('go one after the other, and what comes meanwhile goes together', async () => {
    const client = new FakeClient(null);
    const running = write(client, 5, { batch: { maxSize: 1 } });
    await settled();
    expect(client.log).toEqual(['0']);
    await client.next();
    expect(client.log).toEqual(['0', '1,2,3,4']);
    await client.next();
    expect(await running).toMatchObject({ delivered: 5 });
  });

  it('leave out what timed out while it waited', async () => {
    await new FlowTestScheduler().run(async ({ advance }) => {
      const client = new FakeClient(null);
      const running = write(client, 3, { batch: { maxSize: 1 }, acknowledgmentTimeoutMs: 10 });
      await advance(10);
      await client.next();
      expect(client.log).toEqual(['0']);
      expect(await running).toMatchObject({ deadLettered: 3 });
    });
  });

  it.each([true, false])(
    'are not begun after unsubscribing (requireAcknowledgment %p)',
    async (requireAcknowledgment) => {
      const client = new FakeClient(null);
      const destination = databaseDestination<object>({ client, table: 't', key: 'id' });
      const subscription = fromPull(ids(3))
        .pipe(finalSink({ destination, requireAcknowledgment, onDeadLetter: () => undefined }))
        .subscribe();
      await settled();
      subscription.unsubscribe();
      await client.next();
      expect(client.log).toEqual(['0']);
    },
  );

  it('are waited for at the end, where nobody waited for acknowledgments', async () => {
    const client = new FakeClient(null);
    let isOver = false;
    const running = write(client, 2, { requireAcknowledgment: false }).then(() => (isOver = true));
    await settled();
    expect([client.log, isOver]).toEqual([['0,1'], false]);
    await client.next();
    expect(await running).toBe(true);
  });
});

describe('every option of databaseDestination', () => {
  /** The statements that one record makes. */
  async function statements(options: Partial<DatabaseDestinationOptions>): Promise<string[]> {
    const texts: string[] = [];
    const client = { query: (text: string) => Promise.resolve(texts.push(text)) };
    const destination = databaseDestination<object>({ client, table: 't', key: 'id', ...options });
    await run(fromPull([{ id: 1, n: 2 }]).pipe(finalSink({ destination })));
    return texts;
  }
  const json = `SELECT "id", "n" FROM json_populate_recordset(NULL::"t", $1::json)`;
  const start = `INSERT INTO "t" AS "current" ("id", "n") ${json}`;

  const tests: Readonly<Record<string, () => void | Promise<void>>> = {
    client: async () => {
      const used: string[] = [];
      const client = { query: () => Promise.resolve(used.push('used')) };
      expect(await statements({ client })).toEqual([]);
      expect(used).toHaveLength(2);
    },
    table: async () => {
      expect((await statements({}))[1]).toBe(`${start} ON CONFLICT ("id") DO UPDATE SET "n" = EXCLUDED."n"`);
      expect((await statements({ table: ['s.t', 'u"v'] }))[1]).toContain(`INSERT INTO "s.t"."u""v" AS`);
    },
    key: async () => {
      expect((await statements({ key: ['id', 'n'] }))[1]).toBe(`${start} ON CONFLICT ("id", "n") DO NOTHING`);
    },
    columns: async () => {
      expect((await statements({ columns: ['m'] }))[1]).toContain(`("id", "m") SELECT "id", "m"`);
    },
    version: async () => {
      expect((await statements({ version: 'n' }))[1]).toMatch(
        / DO UPDATE SET "n" = EXCLUDED."n" WHERE "current"."n" IS NULL OR EXCLUDED."n" >= "current"."n"$/,
      );
    },
    name: () => {
      const client = new FakeClient();
      expect(databaseDestination({ client, table: ['s', 't'], key: 'id' }).name).toBe('s.t');
      expect(databaseDestination({ client, table: 't', key: 'id', name: 'orders' }).name).toBe('orders');
    },
  };
  it('has a test here, and nothing else has', () => {
    expect(Object.keys(tests)).toEqual(DATABASE_DESTINATION_OPTIONS);
  });
  for (const [key, test] of Object.entries(tests)) it(key, test);

  it.each([
    ...[undefined, null, {}, 'postgres://', { query: 1 }].map((value) => ['client', value]),
    ...[undefined, null, '', 'a\0', 1, [], [''], {}].flatMap((value) => [
      ['table', value],
      ['key', value],
    ]),
    ...[null, 'a', [1], ['']].map((value) => ['columns', value]),
    ...[null, '', 1, ['v']].map((value) => ['version', value]),
    ...['', 1].map((value) => ['name', value]),
  ] as [string, unknown][])('is refused when it is made, with the remedy: %s = %p', (key, value) => {
    const options = { client: new FakeClient(), table: 't', key: 'id', [key]: value };
    const error = thrownBy(() => databaseDestination(options as never));
    expect(codeIn(error)).toBe('OPTION');
    expect(messageIn(error)).toMatch(new RegExp(`^databaseDestination: .*option ${key}(\\.\\d+)? is .*; give`, 's'));
  });

  it('is refused where there is no such option', () => {
    const options = { client: new FakeClient(), table: 't', key: 'id', batch: 5 };
    expect(messageIn(thrownBy(() => databaseDestination(options as never)))).toContain(`there is no option 'batch'`);
  });
});
