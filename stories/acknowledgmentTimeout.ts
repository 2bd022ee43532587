import { timer } from 'rxjs';
import { finalSink, type Destination } from 'sluice';
import { probe } from 'sluice/marbles';
import { defineScenario } from './defineScenario.js';

/** How long it takes to acknowledge, by record and attempt. */
const DELAYS: Readonly<Record<string, readonly number[]>> = { b: [99, 2], c: [99, 99] };

/** A table that answers when it likes. */
const table: Destination<string> = {
  name: 'table',
  write: (requests, { acknowledge }) => {
    for (const { id, value, attempt } of requests) {
      timer(DELAYS[value]?.[attempt - 1] ?? 2).subscribe(() => acknowledge({ id, ok: true }));
    }
  },
};

export const acknowledgmentTimeout = defineScenario({
  name: 'acknowledgment-timeout',
  title: 'A record is delivered when it is acknowledged',
  description:
    'finalSink hands a record on when the destination has acknowledged it. Nothing is heard of b for five milliseconds: it is ' +
    'written again, and that attempt is acknowledged. Of c nothing is heard twice: it becomes a dead letter and frees its place.',
  source: '(abcd|)',
  options: { maxPendingAcknowledgments: 2, acknowledgmentTimeoutMs: 5, attempts: 2 },
  pipeline: ({ source, recorder, options }) =>
    source.pipe(
      probe('rows', recorder),
      finalSink({
        name: 'sink',
        capacity: 4,
        ...options,
        onDeadLetter: recorder.letter,
        destination: recorder.destination('table', table),
      }),
      probe('delivered', recorder),
    ),
  expected: {
    emits: '--a----b-d--|',
    exits: ['c deadLetter ACK_TIMEOUT'],
  },
});
