import { SluiceError } from '../credit/SluiceError.js';
import { describeIssues, type StandardSchema } from '../options/standardSchema.js';

/** True: valid. False or a throw: not. A promise of either. */
export type Validate<T> = (value: T) => boolean | PromiseLike<boolean>;

/** Hands on the valid value, or throws INVALID with what is wrong. */
export type Validator = (value: unknown) => unknown;

export function schemaValidator(stage: string, schema: StandardSchema<unknown, unknown>): Validator {
  return (value) => {
    const result = schema['~standard'].validate(value);
    return result instanceof Promise ? result.then((later) => valueOf(stage, later)) : valueOf(stage, result);
  };
}

export function functionValidator(stage: string, validate: Validate<never>): Validator {
  const judge = (value: unknown, isValid: boolean): unknown => {
    if (isValid) return value;
    throw new SluiceError('INVALID', `stage '${stage}': validate refused the record`);
  };
  return (value) => {
    let verdict;
    try {
      verdict = (validate as (value: unknown) => boolean | PromiseLike<boolean>)(value);
    } catch (cause) {
      throw threw(stage, cause);
    }
    if (typeof verdict === 'boolean') return judge(value, verdict);
    return Promise.resolve(verdict).then(
      (isValid) => judge(value, isValid),
      (cause: unknown) => {
        throw threw(stage, cause);
      },
    );
  };
}

function valueOf(
  stage: string,
  result: Awaited<ReturnType<StandardSchema<unknown, unknown>['~standard']['validate']>>,
): unknown {
  if (result.issues === undefined) return result.value;
  throw new SluiceError('INVALID', `stage '${stage}': ${describeIssues(result.issues)}`, { cause: result.issues });
}

function threw(stage: string, cause: unknown): SluiceError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new SluiceError('INVALID', `stage '${stage}': validate threw${why}`, { cause });
}
