import { map, timer } from 'rxjs';
import { asyncEgress, callbackDestination, finalSink, gateway, ingressProcessing, keyGen } from '../../lib/index.js';
import type { LawSubject } from '../../lib/testing/index.js';

const kept = { onDeadLetter: () => undefined };
const later = (n: number) => timer(n % 3).pipe(map(() => n));
const held = (
  name: string,
  make: LawSubject['make'],
  capacity: number,
  more: Partial<LawSubject> = {},
): LawSubject => ({
  name,
  make,
  capacity,
  keepsRecords: true,
  ...more,
});

/** The five ready stages, for the laws. */
export const READY_STAGES: Readonly<Record<string, readonly LawSubject[]>> = {
  gateway: [
    held('gateway', () => gateway<number>({ capacity: 4 }), 4),
    held('gateway, limited', () => gateway<number>({ capacity: 4, maxConcurrentRequests: 3 }), 4),
  ],
  keyGen: [held('keyGen', () => keyGen<number>({ keySelector: (n) => n % 7, capacity: 4, ...kept }), 4)],
  ingressProcessing: [
    held('ingressProcessing', () => ingressProcessing<number>({ validate: () => true, capacity: 4, ...kept }), 4),
    held(
      'ingressProcessing, refusing the even',
      () => ingressProcessing<number>({ validate: (n) => n % 2 === 1, capacity: 4, ...kept }),
      4,
      { outputs: (inputs) => inputs.filter((n) => n % 2 === 1) },
    ),
  ],
  asyncEgress: [
    held('asyncEgress, values', () => asyncEgress<number, number>({ process: (n) => n, capacity: 4, ...kept }), 4, {
      order: 'none',
    }),
    held(
      'asyncEgress, in order of input',
      () => asyncEgress({ process: later, order: 'input', capacity: 4, ...kept }),
      4,
      { asynchronous: true },
    ),
  ],
  finalSink: [
    held(
      'finalSink',
      () => finalSink<number>({ destination: callbackDestination(() => undefined), capacity: 4, ...kept }),
      4,
      { asynchronous: true, order: 'none' },
    ),
  ],
};
