import type { LedgerCount } from '../records/Ledger.js';
import type { Outcome } from '../records/outcome.js';

const SHOWN: readonly Outcome[] = ['delivered', 'filtered', 'rejected', 'deadLettered', 'cancelled'];

/** The receipt in one line: what came in, what became of it, and how much was live at once. */
export function describeReport(counted: LedgerCount): string {
  const parts = SHOWN.filter((outcome) => outcome === 'delivered' || counted[outcome] > 0).map((outcome) => {
    const codes = Object.entries(counted.codes[outcome]).map(([code, n]) => `${code} ${String(n)}`);
    return `${outcome} ${String(counted[outcome])}${codes.length > 0 ? ` (${codes.join(', ')})` : ''}`;
  });
  if (counted.inFlight > 0) parts.push(`in flight ${String(counted.inFlight)}`);
  return `in ${String(counted.in)} = ${parts.join(' + ')} · peak live ${String(counted.peakLive)}`;
}
