import type { Observable } from 'rxjs';
import { COUNTING_SINKS, type Tally } from './countingSinks.js';

interface Counting {
  rest(): Promise<void>;
  require(lawful: boolean, complaint: () => string): void;
}

/** Lets each counting sink see a flow to its end; a flow that throws or stops is complained of. */
export async function countAll(trial: Counting, make: () => Observable<unknown>, atLeast = 0): Promise<void> {
  for (const { name, count } of COUNTING_SINKS) {
    const tally: Tally = { emitted: 0, ended: false };
    try {
      const release = count(make(), tally);
      await trial.rest();
      release?.();
      await whileItMoves(trial, tally);
    } catch (error) {
      trial.require(false, () => `${name}: threw ${String(error)} after ${String(tally.emitted)} results`);
      continue;
    }
    trial.require(tally.ended, () => `${name}: stopped after ${String(tally.emitted)} results`);
    trial.require(tally.emitted >= atLeast, () => `${name}: gave only ${String(tally.emitted)} results`);
  }
}

async function whileItMoves(trial: Counting, tally: Readonly<Tally>): Promise<void> {
  for (let before = -1; before !== tally.emitted && !tally.ended;) {
    before = tally.emitted;
    await trial.rest();
  }
}
