import type { Frame } from '../frame.js';
import { element, setText } from './dom.js';
import { count } from './format.js';

const ROWS = [
  ['delivered', 'delivered'],
  ['filtered', 'filtered'],
  ['rejected', 'rejected'],
  ['deadLettered', 'dead-lettered'],
  ['cancelled', 'cancelled'],
  ['inFlight', 'in flight'],
] as const;

/** What became of the records: in = the five outcomes + in flight. */
export class LedgerPanel {
  readonly root = element('section', { class: 'panel', 'aria-labelledby': 'ledger-title' });
  private readonly total = element('p', { class: 'total' });
  private readonly rows = ROWS.map(([name, word]) => {
    const number = element('td', { class: 'number' });
    const codes = element('td', { class: 'note' });
    const bar = element('span', { class: `fill ${name}` });
    const track = element(
      'td',
      { class: 'track-cell' },
      element('div', { class: 'track', 'aria-hidden': 'true' }, bar),
    );
    const row = element('tr', {}, element('th', { scope: 'row' }, word), number, track);
    return { name, number, codes, bar, row };
  });
  private readonly reasons = element('p', { class: 'note reasons' });

  constructor() {
    const body = element('tbody', {}, ...this.rows.map(({ row }) => row));
    const title = element('h2', { id: 'ledger-title' }, 'Records');
    this.root.append(title, this.total, element('table', { class: 'ledger' }, body), this.reasons);
  }

  draw({ ledger }: Frame): void {
    setText(this.total, `${count(ledger.in)} in`);
    for (const { name, number, bar } of this.rows) {
      setText(number, count(ledger[name]));
      bar.style.width = `${String(ledger.in === 0 ? 0 : (ledger[name] / ledger.in) * 100)}%`;
    }
    const codes = (['rejected', 'deadLettered', 'cancelled'] as const).flatMap((outcome) =>
      Object.entries(ledger.codes[outcome]).map(([code, n]) => `${code} ${count(n)}`),
    );
    setText(this.reasons, codes.length === 0 ? 'No record was given up.' : `Given up: ${codes.join(' · ')}`);
  }
}
