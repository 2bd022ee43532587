/** What is needed of a database client: a `Pool` or `Client` of pg has it, and so has PGlite. */
export interface DatabaseClient {
  query(text: string, params: string[]): PromiseLike<unknown>;
}

/** Whose fault it is that a statement failed. */
export type Blame =
  /** At least one of its rows: the others are written without it. */
  | 'row'
  /** The statement: a table, a column or a right that is missing. Every row would fail in the same way. */
  | 'statement'
  /** The database or the way to it, for now: another attempt may do. */
  | 'connection'
  | 'unclear';

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Classes of SQLSTATE that data can cause: cardinality, data, integrity, check option, limits, raised by a trigger. */
const CAUSED_BY_ROWS: ReadonlySet<string> = new Set(['21', '22', '23', '44', '54', 'P0']);
/** Syntax, names and rights; features that are not there; an object in the wrong state. */
const CAUSED_BY_STATEMENTS: ReadonlySet<string> = new Set(['42', '0A', '3F']);
const CAUSED_BY_THE_CONNECTION: ReadonlySet<string> = new Set([
  ...['08', '25', '28', '3D', '40', '53', '55', '57', '58', 'XX'],
]);
/** A right can be missing for one row, where a policy looks at its values. */
const INSUFFICIENT_PRIVILEGE = '42501';

export function blameOf(error: unknown): Blame {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code !== 'string') return 'unclear';
  const classOf = code.slice(0, 2);
  if (!SQLSTATE.test(code)) return 'connection';
  if (CAUSED_BY_ROWS.has(classOf) || code === INSUFFICIENT_PRIVILEGE) return 'row';
  if (CAUSED_BY_STATEMENTS.has(classOf)) return 'statement';
  // The names of system calls' errors have five letters too: EPIPE.
  return CAUSED_BY_THE_CONNECTION.has(classOf) || classOf.startsWith('E') ? 'connection' : 'unclear';
}

/** As `blameOf`; where that is unclear, whether the database answers at all decides. */
export async function findBlame(client: DatabaseClient, error: unknown): Promise<Exclude<Blame, 'unclear'>> {
  const blame = blameOf(error);
  if (blame !== 'unclear') return blame;
  try {
    await client.query('SELECT 1', []);
    return 'row';
  } catch {
    return 'connection';
  }
}
