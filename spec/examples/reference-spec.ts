import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = 'examples/reference/main.ts';
const STAGES = ['gateway', 'keyGen', 'ingressProcessing', 'asyncEgress', 'finalSink'];
const HEALTH = /^Pipeline Health Status: (✅ HEALTHY|⚠️ MODERATE PRESSURE|🔶 HIGH PRESSURE|🔴 CRITICAL PRESSURE)$/gm;
const FIELDS = [
  /^ {2}Back Pressure Level: [01]\.\d\d$/,
  /^ {2}Queue Utilization: \d\.\d\d$/,
  /^ {2}Processing Latency: \d+\.\d\dms$/,
  /^ {2}Error Rate: [01]\.\d\d$/,
];

describe("the reference system's complete usage example", () => {
  it('runs: every record has an outcome, and the status of each stage has its four fields', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', PROGRAM, '100'], {
      cwd: ROOT,
    });
    const lines = stdout.trim().split('\n');
    // What the log has to say goes where it does not mix with what the program prints.
    for (const line of stderr.trim().split('\n')) expect(line).toMatch(/^\S+Z (info|warn) sluice: /);
    expect(lines.at(-2)).toMatch(
      /^in 101 = delivered 94 \+ deadLettered 7 \((?=.*NACK 5)(?=.*EXHAUSTED 1)(?=.*INVALID 1)[^)]*\) · peak live \d+$/,
    );
    expect(JSON.parse(lines.at(-1)?.replace('Dead letters: ', '') ?? '')).toEqual({
      ingressProcessing: { INVALID: 1 },
      asyncEgress: { EXHAUSTED: 1 },
      finalSink: { NACK: 5 },
    });
    for (const stage of STAGES) {
      const at = lines.indexOf(`Stage ${stage}:`);
      expect([stage, at]).toEqual([stage, expect.any(Number)]);
      for (const [index, field] of FIELDS.entries()) expect(lines[at + 1 + index]).toMatch(field);
    }
    const overall = lines.filter((line) => /^Overall Pressure Level: [01]\.\d\d$/.test(line));
    expect(overall.length).toBeGreaterThan(1);
    expect(stdout.match(HEALTH)).toHaveLength(overall.length);
    // While it works, some stage is under pressure; a pipeline at rest is healthy.
    expect(overall.some((line) => !line.endsWith(' 0.00'))).toBe(true);
  }, 30_000);

  it('is in docs/reference-example.md as it is in the file', () => {
    const code = readFileSync(`${ROOT}${PROGRAM}`, 'utf8');
    const page = readFileSync(`${ROOT}docs/reference-example.md`, 'utf8');
    expect(/```ts\n([\s\S]*?)```/.exec(page)?.[1]).toBe(code);
  });
});
