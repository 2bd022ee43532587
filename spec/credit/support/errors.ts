import { SluiceError } from '../../../lib/credit/SluiceError.js';

/** What `work` throws; undefined where it throws nothing. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The code of a SluiceError; any other value as it is. */
export const codeIn = (error: unknown): unknown => (error instanceof SluiceError ? error.code : error);

export const messageIn = (error: unknown): string => (error instanceof Error ? error.message : String(error));
