import { inspect } from 'node:util';
import type { DeadLetter } from '../../records/DeadLetter.js';
import type { LetterView } from './frame.js';

const MOST_TEXT = 600;

/**
 * A letter as text, short enough for a page. Nothing of the value's own is called (getters, `toString`, custom
 * inspection, proxies), so that looking at a letter changes nothing.
 */
export function letterView(letter: DeadLetter, id: number): LetterView {
  const { stage, code, attempts, redrives, errors, value, key, lastAt } = letter;
  return {
    id,
    stage,
    code,
    attempts,
    redrives,
    // The stage is said beside it.
    reason: reasonOf(errors.at(-1)).replace(`stage '${stage}': `, ''),
    value: textOf(value),
    key: key === undefined ? '' : textOf(key),
    lastAt,
  };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return cut(value);
  try {
    return cut(
      inspect(value, {
        depth: 4,
        customInspect: false,
        getters: false,
        maxArrayLength: 20,
        maxStringLength: 200,
        breakLength: 100,
      }),
    );
  } catch {
    return '(cannot be shown)';
  }
}

/** What the last attempt threw, and what caused it. */
function reasonOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return textOf(error);
    const { cause, message } = error;
    const isNew = cause instanceof Error && !message.includes(cause.message);
    return cut(isNew ? `${message}: ${cause.message}` : message);
  } catch {
    return '(cannot be shown)';
  }
}

function cut(text: string): string {
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}
