import type { MonoTypeOperatorFunction } from 'rxjs';
import { filter } from 'rxjs';
import { relay } from '../Relay.js';

/** Drops what it has seen before, and has it in one place for all subscriptions. */
export function remembersAcrossSubscriptions(): MonoTypeOperatorFunction<number> {
  const seen = new Set<number>();
  return (source) =>
    source.pipe(
      relay(),
      filter((value) => {
        if (seen.has(value)) return false;
        seen.add(value);
        return true;
      }),
    );
}
