import { isSluiceError, SluiceError, type SluiceCode } from './SluiceError.js';

/** Faults of the protocol do not wait behind accepted records, or they would stay behind a stuck inbox (C10). */
const FAULTS: ReadonlySet<SluiceCode> = new Set([
  'OVERFLOW',
  'OVERDRAFT',
  'CUT_LINK',
  'ASYNC_LINK',
  'NESTED_OBSERVABLE',
]);

export function isProtocolFault(error: unknown): error is SluiceError {
  return isSluiceError(error) && FAULTS.has(error.code);
}

export function overflow(stage: string, capacity: number): SluiceError {
  return new SluiceError(
    'OVERFLOW',
    `this source cannot stop: write fromPull(iterable), or choose onBackpressureBuffer / Drop / Latest. ` +
      `A record was pushed into stage '${stage}' while its ${String(capacity)} places were taken`,
  );
}

export function disconnected(branch: string, capacity: number): SluiceError {
  return new SluiceError(
    'OVERFLOW',
    `branch '${branch}' was disconnected: it fell ${String(capacity)} records behind the others. Subscribe again to go on with ` +
      `what comes then, give the branch more capacity, or choose overflow 'wait', which makes the others wait for it`,
  );
}

export function overdraft(stage: string, limit: number): SluiceError {
  return new SluiceError(
    'OVERDRAFT',
    `operators above stage '${stage}' turned its credit into more than ${String(limit)} records too many: ` +
      `write expandStage or mergeMap((x) => fromPull(x)), which stop when the stage is full, ` +
      `or raise the option overdraft`,
  );
}

export function cutLink(stage: string): SluiceError {
  return new SluiceError(
    'CUT_LINK',
    `the link above stage '${stage}' is cut: a record of a flow reached it that is not bound to its credit. ` +
      `share, shareReplay, connect and the like cut it: use broadcast; ` +
      `an operator of your own with a plain observer cuts it: wrap it in inline(operator); ` +
      `a Subject that you feed from a flow: give it a policy, onBackpressureBuffer / Drop / Latest; ` +
      `one stage for each group: use partitionBy`,
  );
}

export function asyncLink(stage: string): SluiceError {
  return new SluiceError(
    'ASYNC_LINK',
    `a record reached stage '${stage}' outside every delivery, so that its credit no longer bounds anything. ` +
      `Asynchronous work in the link: write stage(project, { concurrency }) or boundary(operator, { inFlight }); ` +
      `a push source merged in: give it a policy first, as in onBackpressureLatest(subject); ` +
      `lossy by time (debounceTime, sampleTime, auditTime): write boundary(operator, { lossy: true })`,
  );
}

export function nestedObservable(stage: string): SluiceError {
  return new SluiceError(
    'NESTED_OBSERVABLE',
    `stage '${stage}' was given an Observable as a record, which would have passed by the time it is worked on: ` +
      `use partitionBy in place of groupBy and window, or flatten it above the stage`,
  );
}
