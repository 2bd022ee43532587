/**
 * The part of a Standard Schema that is needed here: zod, valibot, arktype and others carry it under `~standard`.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type StandardResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard: unknown = (value as { '~standard'?: unknown })['~standard'];
  return typeof (standard as { validate?: unknown } | undefined)?.validate === 'function';
}

/** What was wrong, in one line: `amount: expected number; customer: too short`. */
export function describeIssues(issues: readonly StandardIssue[]): string {
  return issues
    .map(({ message, path }) => (path?.length ? `${path.map(keyText).join('.')}: ${message}` : message))
    .join('; ');
}

function keyText(part: PropertyKey | { readonly key: PropertyKey }): string {
  return String(typeof part === 'object' ? part.key : part);
}
