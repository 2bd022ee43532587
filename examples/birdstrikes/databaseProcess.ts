import { PGlite } from '@electric-sql/pglite';
import type { Answer, Query } from './database.js';
import { endWithTheProgram } from './ownProcess.js';

endWithTheProgram();

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
