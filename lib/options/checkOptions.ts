import { SluiceError } from '../credit/SluiceError.js';

/** What a zod schema offers that is needed here; zod and zod/mini both do. */
interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: readonly Issue[] } };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string;
  readonly keys?: readonly string[];
}

/**
 * Checks the options of an operator when it is made, so that a mistake shows in the line that has it. The error names
 * the option, the value it was given and what to write instead.
 */
export function checkOptions<T>(operator: string, schema: Schema<T>, known: readonly string[], options: unknown): T {
  refuseUnreadable(operator, known, options);
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const complaints = result.error.issues.map((issue) => complaint(issue, known, options));
  throw new SluiceError('OPTION', `${operator}: ${complaints.join('; ')}`);
}

/** A getter that throws is a mistake in the options like any other. */
function refuseUnreadable(operator: string, known: readonly string[], options: unknown): void {
  if (typeof options !== 'object' || options === null) return;
  for (const key of known) {
    try {
      void (options as Record<string, unknown>)[key];
    } catch (cause) {
      throw new SluiceError(
        'OPTION',
        `${operator}: option ${key} cannot be read, its getter threw; give a plain value`,
        {
          cause,
        },
      );
    }
  }
}

function complaint(issue: Issue, known: readonly string[], options: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const path = issue.path.map((key) => `${String(key)}.`).join('');
    const unknown = (issue.keys ?? []).map((key) => `'${path}${key}'`).join(', ');
    if (path !== '') return `there is no option ${unknown}`;
    return `there is no option ${unknown}; the options are ${known.join(', ')}`;
  }
  if (issue.path.length === 0) return `the options are ${show(options)}; give an object`;
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    options,
  );
  return `option ${issue.path.map(String).join('.')} is ${show(value)}; ${issue.message}`;
}

/** A value as it would be written, short enough for one line. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol' || typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `an array of ${String(value.length)}`;
  return 'an object';
}
