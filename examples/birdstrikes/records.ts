import { createReadStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parse, type InfoRecord } from 'csv-parse';
import { SluiceError } from 'sluice';

/** One row as the parser gives it. `info.lines` is the line of the file, `info.bytes` how far the file has been parsed. */
export interface Row {
  readonly record: Readonly<Record<string, string>>;
  readonly info: Pick<InfoRecord, 'lines' | 'bytes'>;
}

/** The columns: the name here and in the database, the header in the file, and what its fields must be. */
export const COLUMNS = [
  { name: 'airport', header: 'Airport Name', type: 'text' },
  { name: 'aircraft', header: 'Aircraft Make Model', type: 'text' },
  { name: 'damage', header: 'Effect Amount of damage', type: 'text' },
  { name: 'flight_date', header: 'Flight Date', type: 'date' },
  { name: 'operator', header: 'Aircraft Airline Operator', type: 'text' },
  { name: 'state', header: 'Origin State', type: 'text' },
  { name: 'phase', header: 'Phase of flight', type: 'text' },
  { name: 'wildlife_size', header: 'Wildlife Size', type: 'text' },
  { name: 'species', header: 'Wildlife Species', type: 'text' },
  { name: 'time_of_day', header: 'Time of day', type: 'text' },
  { name: 'cost_other', header: 'Cost Other', type: 'integer' },
  { name: 'cost_repair', header: 'Cost Repair', type: 'integer' },
  { name: 'cost_total', header: 'Cost Total $', type: 'integer' },
  { name: 'speed_knots', header: 'Speed IAS in knots', type: 'integer' },
] as const;

type Column = (typeof COLUMNS)[number];

/** A strike as it was reported: every field is text and may be empty. */
export interface Report {
  readonly line: number;
  readonly fields: Readonly<Record<Column['name'], string>>;
}

/** A strike that is complete: the fields in the order of `COLUMNS`, numbers as numbers. */
export interface Strike {
  readonly line: number;
  readonly fields: readonly (string | number)[];
}

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
  const fields = Object.fromEntries(COLUMNS.map(({ name, header }) => [name, (record[header] ?? '').trim()]));
  return { line: info.lines, fields: fields as Report['fields'] };
}

/** Aircraft that taxi or stand are struck on the ground, at no speed to speak of. */
const ON_THE_GROUND: ReadonlySet<string> = new Set(['Taxi', 'Parked']);

export function isFlight({ fields }: Report): boolean {
  return !ON_THE_GROUND.has(fields.phase);
}

export function validate({ line, fields }: Report): Strike {
  const empty = COLUMNS.filter(({ name }) => fields[name] === '');
  if (empty.length > 0) throw new SluiceError('INVALID', `${empty.map(({ header }) => header).join(', ')} empty`);
  return { line, fields: COLUMNS.map((column) => typed(column, fields[column.name])) };
}

function typed({ header, type }: Column, text: string): string | number {
  if (type === 'integer' && !/^\d{1,9}$/.test(text)) throw new SluiceError('INVALID', `${header} not a whole number`);
  if (type === 'date' && !isDate(text)) throw new SluiceError('INVALID', `${header} not a date`);
  return type === 'integer' ? Number(text) : text;
}

function isDate(text: string): boolean {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  return date?.toJSON()?.startsWith(text) === true;
}
