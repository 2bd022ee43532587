import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { WriteContext } from '../../lib/destinations/Destination.js';
import { planUpserts } from '../../lib/destinations/planUpserts.js';
import { makeRow } from '../../lib/destinations/Row.js';
import type { UpsertTarget } from '../../lib/destinations/upsertText.js';
import { upsertInto, type Table } from './support/rowModel.js';

const context: WriteContext = { signal: new AbortController().signal, acknowledge: () => undefined };
const target = (version: string | null = null): UpsertTarget => ({ table: ['t'], key: ['id'], columns: null, version });
const rowsOf = (records: readonly object[], version: string | null = null) =>
  records.map((value, index) => makeRow({ id: index + 1, value, attempt: 1 }, context, target(version)));

/** The records that each statement writes. */
const planned = (records: readonly object[], version: string | null = null, longest?: number) =>
  planUpserts(rowsOf(records, version), longest).map(({ keys }) =>
    keys.map((rows) => JSON.parse(rows.at(-1)?.json ?? '') as Record<string, unknown>),
  );

describe('the statements for a batch', () => {
  it('is one where all rows have the same columns, in whatever order they name them', () => {
    expect(
      planned([
        { id: 1, a: 1 },
        { a: 2, id: 2 },
      ]),
    ).toEqual([
      [
        { id: 1, a: 1 },
        { id: 2, a: 2 },
      ],
    ]);
  });

  it('has a key once: the last one stands for it, and all of them are in it', () => {
    const [upsert] = planUpserts(
      rowsOf([
        { id: 1, a: 1 },
        { id: 2, a: 1 },
        { id: 1, a: 2 },
        { id: '1', a: 3 },
      ]),
    );
    expect(upsert?.keys.map((rows) => rows.map(({ id }) => id))).toEqual([[1, 3, 4], [2]]);
  });

  it('has one for each set of columns, and one more only where a key asks for its order', () => {
    const one = { id: 1, a: 1 };
    expect(planned([one, { id: 2, b: 1 }, { id: 3, a: 1 }])).toHaveLength(2);
    expect(planned([one, { id: 1, b: 1 }, { id: 1, a: 2 }])).toEqual([[one], [{ id: 1, b: 1 }], [{ id: 1, a: 2 }]]);
  });

  it('keeps keys with a null apart', () => {
    expect(planned([{ id: null, a: 1 }, { id: null, a: 2 }, { a: 3 }])).toEqual([
      [
        { id: null, a: 1 },
        { id: null, a: 2 },
        { id: null, a: 3 },
      ],
    ]);
  });

  it('takes the highest version, where that can be told, and leaves it to the database where it cannot', () => {
    expect(
      planned(
        [
          { id: 1, v: 2 },
          { id: 1, v: 3n },
          { id: 1, v: 1 },
        ],
        'v',
      ),
    ).toEqual([[{ id: 1, v: '3' }]]);
    const dates = ['2020-01-02', '2020-01-03', '2020-01-01'].map((day) => ({ id: 1, v: new Date(day) }));
    expect(planned(dates, 'v')).toEqual([[{ id: 1, v: '2020-01-03T00:00:00.000Z' }]]);
    expect(
      planned(
        [
          { id: 1, v: '9' },
          { id: 1, v: '10' },
          { id: 1, v: null },
        ],
        'v',
      ),
    ).toHaveLength(3);
  });

  it('is never longer than the limit, but for a row that is', () => {
    const records = Array.from({ length: 10 }, (_, id) => ({ id, a: 'x'.repeat(id === 5 ? 200 : 20) }));
    expect(planned(records, null, 100).map(({ length }) => length)).toEqual([2, 2, 1, 1, 2, 2]);
  });

  it('leaves what the rows would leave one by one', () => {
    const column = fc.option(fc.nat(9), { nil: undefined });
    const record = fc.record({ id: fc.nat(4), a: column, b: column, v: fc.option(fc.nat(6), { nil: null }) });
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 30 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 200 }),
        (given, versioned, longest) => {
          const version = versioned ? 'v' : null;
          // A column that is undefined is one that the record does not have.
          const records = given.map((row) =>
            Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)),
          );
          const expected: Table = new Map();
          for (const row of records) upsertInto(expected, [row], version);
          const actual: Table = new Map();
          for (const rows of planned(records, version, longest)) upsertInto(actual, rows, version);
          expect(actual).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });
});
