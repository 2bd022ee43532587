import { spawn } from 'node:child_process';
import type { Metrics } from './Metrics.js';
import type { Row } from './rows.js';
import type { Cell, RowResult } from './Results.js';

/**
 * A round is one measurement of every contender, one after the other, each in a fresh process.
 *
 * @param script measure.ts, compiled
 */
export async function measureRow(
  script: string,
  row: Row,
  sizes: readonly number[],
  rounds: number,
  progress: (text: string) => void,
): Promise<RowResult> {
  const cells: Cell[] = [];
  for (const records of sizes) {
    const contenders = row.contenders.filter(({ atMost = Infinity }) => records <= atMost);
    const metrics = contenders.map((): Record<string, number[]> => ({}));
    for (let round = 1; round <= rounds; round++) {
      for (const [index, { name }] of contenders.entries()) {
        progress(`${row.id}, ${records} records, round ${round} of ${rounds}: ${name}`);
        for (const [metric, value] of Object.entries(await measureApart(script, [row.id, name, String(records)])))
          (metrics[index]![metric] ??= []).push(Number(value.toPrecision(6)));
      }
    }
    cells.push(...contenders.map(({ name }, index) => ({ contender: name, records, metrics: metrics[index]! })));
  }
  return { id: row.id, cells };
}

function measureApart(script: string, args: readonly string[]): Promise<Metrics> {
  const child = spawn(process.execPath, ['--expose-gc', script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as Metrics);
      else reject(new Error(`${args.join(', ')} records: ended with ${code}`));
    });
  });
}
