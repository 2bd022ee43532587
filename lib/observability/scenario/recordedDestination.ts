import type { Acknowledgment, Destination, WriteRequest } from '../../destinations/Destination.js';

/** What became of a request: it was sent, accepted or refused. */
export type RequestNote<T> = (kind: 'next' | 'ack' | 'nack', request: WriteRequest<T>, reason?: unknown) => void;

/** A destination that does what another one does, and tells of each request once how it went. */
export function recordedDestination<T>(destination: Destination<T>, note: RequestNote<T>): Destination<T> {
  return {
    name: destination.name,
    open: (context) => destination.open?.(context),
    close: (ending) => destination.close?.(ending),
    write: (requests, context) => {
      const open = new Map(requests.map((request) => [request.id, request]));
      const settle = (id: number, kind: 'ack' | 'nack', reason?: unknown): void => {
        const request = open.get(id);
        open.delete(id);
        if (request !== undefined) note(kind, request, reason);
      };
      const answered = (acknowledgment: Acknowledgment): void => {
        if (acknowledgment.ok) settle(acknowledgment.id, 'ack');
        else settle(acknowledgment.id, 'nack', acknowledgment.error);
      };
      const refused = (reason: unknown): void => {
        for (const id of [...open.keys()]) settle(id, 'nack', reason);
      };
      const { signal, acknowledge } = context;
      signal.addEventListener('abort', () => refused(signal.reason), { once: true });
      for (const request of requests) note('next', request);
      const told = (acknowledgment: Acknowledgment): void => {
        answered(acknowledgment);
        acknowledge(acknowledgment);
      };
      return observed(() => destination.write(requests, { ...context, signal, acknowledge: told }), answered, refused);
    },
  };
}

type Answer = ReturnType<Destination<never>['write']>;

/** Calls `write`, and looks at what it returns, whether at once or later, before the sink does. */
function observed(
  write: () => Answer,
  answered: (acknowledgment: Acknowledgment) => void,
  refused: (reason: unknown) => void,
): Answer {
  let answer: Answer;
  try {
    answer = write();
  } catch (error) {
    refused(error);
    throw error;
  }
  if (isThenable(answer)) {
    return answer.then(
      (acknowledgments) => {
        acknowledgments?.forEach(answered);
        return acknowledgments;
      },
      (error: unknown) => {
        refused(error);
        throw error;
      },
    );
  }
  (answer as readonly Acknowledgment[] | undefined)?.forEach(answered);
  return answer;
}

function isThenable(answer: Answer): answer is Extract<Answer, PromiseLike<unknown>> {
  return typeof (answer as { readonly then?: unknown } | undefined)?.then === 'function';
}
