import { ENTRANTS } from '../../bench/facts.js';
import type { Cell, Results } from '../../bench/Results.js';
import { ROWS, type Row } from '../../bench/rows.js';

const LIVE: Readonly<Record<string, number>> = {
  'Sluice stage': 256,
  'p-queue, onSizeLessThan(100)': 151,
  'p-queue, add': 1_000_000,
  'Effect Stream.mapEffect': 4144,
  'RxJS mergeMap': 1_000_000,
};

/** Results that nobody measured: everybody does 1 M records/s, Sluice 2 M, and `rates` says otherwise by contender. */
export function fabricate(rates: Readonly<Record<string, number>> = {}): Results {
  return {
    machine: { cores: 2, node: 'v20.0.0', platform: 'linux x64', date: '2026-01-31' },
    versions: { rxjs: '7.8.2' },
    rows: ROWS.map((row) => ({
      id: row.id,
      cells: row.sizes.flatMap((records) =>
        row.contenders
          .filter(({ atMost = Infinity }) => records <= atMost)
          .map(({ name }): Cell => ({ contender: name, records, metrics: metrics(row, name, rates) })),
      ),
    })),
    sizes: ENTRANTS.map(({ bundle }) => {
      if (bundle === 'Sluice') return { contender: bundle, own: 11_000, total: 16_000 };
      const size = bundle === 'Node streams' ? 0 : 1000;
      return { contender: bundle, own: size, total: size };
    }),
  };
}

function metrics(row: Row, contender: string, rates: Readonly<Record<string, number>>): Cell['metrics'] {
  const rate = rates[contender] ?? (row.ours.includes(contender) ? 2e6 : 1e6);
  switch (row.kind) {
    case 'sync':
    case 'async':
    case 'pass':
      return { perSecond: [rate * 0.9, rate, rate * 1.2] };
    case 'slow':
      return { peakLive: [LIVE[contender] ?? 50], heapGrowth: [280_000] };
    case 'stage':
      return { perSecond: [rate], pacedAt: [rate / 2], p50: [0.01], p99: [0.2] };
    case 'deep':
      return { subscribe: [300], records: [1000], cancel: [100], total: [1400] };
  }
}
