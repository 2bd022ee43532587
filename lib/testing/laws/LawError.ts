import type { CallSite } from '../MarbleExpectation.js';
import type { Violation } from './playLaws.js';

/** What `assertLaws` fails with: every broken law in words, and as data in `violations`. */
export class LawError extends Error {
  override readonly name = 'LawError';

  /** @internal Made by `assertLaws`. */
  constructor(
    readonly violations: readonly Violation[],
    callSite: CallSite,
  ) {
    super(describe(violations));
    this.stack = callSite.stackOf(`LawError: ${this.message}`);
  }
}

function describe(violations: readonly Violation[]): string {
  const count = violations.length === 1 ? 'a law' : `${String(violations.length)} laws`;
  const paragraphs = violations.map(({ rule, law, intent, complaints }) =>
    [`  ${rule} · ${law}`, `    ${intent}`, ...complaints.map((complaint) => `    - ${complaint}`)].join('\n'),
  );
  return [`${violations[0]?.subject ?? ''}: breaks ${count}`, ...paragraphs].join('\n\n');
}
