import type { ObservableNotification } from 'rxjs';

/** One thing that happened, and the virtual millisecond at which it did. */
export interface Moment {
  readonly frame: number;
  readonly notification: ObservableNotification<unknown>;
}

export function nextAt(frame: number, value: unknown): Moment {
  return { frame, notification: { kind: 'N', value } };
}

export function errorAt(frame: number, error: unknown): Moment {
  return { frame, notification: { kind: 'E', error } };
}

export function completeAt(frame: number): Moment {
  return { frame, notification: { kind: 'C' } };
}
