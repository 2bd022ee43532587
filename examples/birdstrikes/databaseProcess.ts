import { PGlite } from '@electric-sql/pglite';
import type { Answer, Query } from './database.js';

// Ctrl-C in a terminal reaches this process too, but it is the program's to say when it ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('disconnect', () => process.exit());

const postgres = await PGlite.create();

process.on('message', ({ id, text, parameters }: Query) => {
  postgres.query(text, [...parameters]).then(
    ({ rows }) => reply({ id, rows }),
    (error: unknown) => reply({ id, rows: [], error }),
  );
});

function reply(answer: Answer): void {
  process.send?.(answer);
}
