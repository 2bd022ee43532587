import { createReadStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parse, type InfoRecord } from 'csv-parse';
import * as z from 'zod';

/** One row as the parser gives it. `info.lines` is the line of the file, `info.bytes` how far the file has been parsed. */
export interface Row {
  readonly record: Readonly<Record<string, string>>;
  readonly info: Pick<InfoRecord, 'lines' | 'bytes'>;
}

/** The columns of the table, and their headers in the file. */
const HEADERS = {
  airport: 'Airport Name',
  aircraft: 'Aircraft Make Model',
  damage: 'Effect Amount of damage',
  flight_date: 'Flight Date',
  operator: 'Aircraft Airline Operator',
  state: 'Origin State',
  phase: 'Phase of flight',
  wildlife_size: 'Wildlife Size',
  species: 'Wildlife Species',
  time_of_day: 'Time of day',
  cost_other: 'Cost Other',
  cost_repair: 'Cost Repair',
  cost_total: 'Cost Total $',
  speed_knots: 'Speed IAS in knots',
};

/** A strike as it was reported: every field is text and may be empty. The line in the file is its key. */
export type Report = Readonly<Record<keyof typeof HEADERS, string>> & { readonly line: number };

const text = z.string().trim().min(1, { error: 'is empty', abort: true });
const date = text.pipe(z.iso.date('is not a date'));
const whole = text.regex(/^\d{1,9}$/, 'is not a whole number').transform(Number);

/** A strike that is complete, its numbers as numbers. */
export const Strike = z.object({
  line: z.int(),
  airport: text,
  aircraft: text,
  damage: text,
  flight_date: date,
  operator: text,
  state: text,
  phase: text,
  wildlife_size: z.enum(['Small', 'Medium', 'Large'], 'is not Small, Medium or Large'),
  species: text,
  time_of_day: text,
  cost_other: whole,
  cost_repair: whole,
  cost_total: whole,
  speed_knots: whole,
});

export type Strike = z.infer<typeof Strike>;

/** With what the service has added. */
export type AssessedStrike = Strike & { readonly impact_kilojoules: number };

/** The 10,000 wildlife strikes that come with vega-datasets. */
export function birdstrikesFile(): { path: string; bytes: number } {
  const path = fileURLToPath(new URL('../data/birdstrikes.csv', import.meta.resolve('vega-datasets')));
  return { path, bytes: statSync(path).size };
}

/**
 * The parser takes in whole chunks and keeps the rows that nobody has pulled yet. A small chunk keeps them few, so that
 * the file rests too when the source is stopped.
 */
const CHUNK_BYTES = 4096;

export function readRows(path: string, signal: AbortSignal): AsyncIterable<Row> {
  const file = createReadStream(path, { signal, highWaterMark: CHUNK_BYTES });
  const parser = parse({ columns: true, info: true, bom: true });
  // Whoever iterates the parser is thrown what went wrong in either stream.
  return pipeline(file, parser, () => undefined);
}

export function toReport({ record, info }: Row): Report {
  const fields = Object.entries(HEADERS).map(([name, header]) => [name, record[header] ?? '']);
  return { line: info.lines, ...(Object.fromEntries(fields) as Omit<Report, 'line'>) };
}

/** Aircraft that taxi or stand are struck on the ground, at no speed to speak of. */
const ON_THE_GROUND: ReadonlySet<string> = new Set(['Taxi', 'Parked']);

export function isFlight({ phase }: Report): boolean {
  return !ON_THE_GROUND.has(phase);
}
