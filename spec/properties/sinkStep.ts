import { finalSink, type Acknowledgment, type Destination } from '../../lib/index.js';
import type { WriteAnswer, WriteContext, WriteRequest } from '../../lib/destinations/Destination.js';
import { allButSettled, built, type Built } from './Built.js';
import { nameOf, type Item } from './Item.js';
import type { DestinationFault, FinalSinkPlan } from './Plan.js';
import { faultsBy, letters, readyOptions } from './readySteps.js';
import type { Trial } from './Trial.js';
import type { Visit } from './Visit.js';

/** A destination that answers as its plan says, and knows whether it was closed as often as it was opened. */
class WilfulDestination implements Destination<Item> {
  readonly name = 'wilful';
  private readonly faultOf: (item: Item) => DestinationFault | undefined;
  private readonly refused = new Set<string>();
  private opened = 0;
  private closed = 0;

  constructor(
    private readonly plan: FinalSinkPlan,
    private readonly trial: Trial,
    private readonly visit: Visit,
  ) {
    this.faultOf = faultsBy(plan.faults);
    visit.atTheEnd.push(() => {
      trial.expect(
        this.opened === this.closed,
        'C9 everything is released',
        () => `${visit.name}: opened ${String(this.opened)} times, closed ${String(this.closed)} times`,
      );
    });
  }

  readonly open = (): void | Promise<void> => {
    const { trial, plan, visit } = this;
    const opens = () => {
      this.opened++;
    };
    switch (plan.opens) {
      case 'later':
        return trial.timetable.later('open', opens);
      case 'never':
        trial.stuck = true;
        return new Promise(() => undefined);
      case 'fails':
        visit.failures.add('DESTINATION');
        throw trial.inject('the destination is down');
      default:
        opens();
    }
  };

  readonly close = (): void | Promise<void> => {
    const { trial, plan, visit } = this;
    this.closed++;
    if (plan.closes === 'later') return trial.timetable.later('close', () => undefined);
    if (plan.closes === 'atOnce') return;
    visit.failures.add('DESTINATION');
    throw trial.inject('the destination does not close');
  };

  readonly write = (
    requests: readonly WriteRequest<Item>[],
    context: WriteContext,
  ): WriteAnswer | PromiseLike<WriteAnswer> => {
    const { trial, visit, plan } = this;
    trial.userCode(`${visit.name}: the destination`, visit.alive);
    const has = (fault: DestinationFault) => requests.some(({ value }) => this.faultOf(value) === fault);
    const fails = () => {
      throw trial.inject('the write fails');
    };
    if (has('throws')) fails();
    if (has('rejects')) return trial.timetable.later('write', fails);
    const isOdd = requests.some(({ value }) => this.faultOf(value) !== undefined);
    if (plan.answers === 'together' && !isOdd) {
      return trial.timetable.later('write', () => requests.map(({ id }): Acknowledgment => ({ id, ok: true })));
    }
    for (const request of requests) this.answer(request, context);
  };

  private answer({ id, value }: WriteRequest<Item>, { acknowledge }: WriteContext): void {
    const { trial, plan } = this;
    const ok = () => {
      acknowledge({ id, ok: true });
    };
    const refuse = (retryable: boolean) => () => {
      acknowledge({ id, ok: false, error: trial.inject(`refused ${nameOf(value)}`), retryable });
    };
    const inTime = (tell: () => void) => {
      if (plan.answers === 'atOnce') tell();
      else void trial.timetable.later('ack', tell);
    };
    switch (this.faultOf(value)) {
      case 'twice':
        inTime(ok);
        inTime(ok);
        return;
      case 'unknown':
        acknowledge({ id: id + 1_000_000, ok: true });
        inTime(ok);
        return;
      case 'late':
        // As a remote system does, whether anybody still waits or not.
        void trial.timetable.muchLater('late ack', ok);
        return;
      case 'never':
        if (plan.acknowledgmentTimeoutMs === null && plan.requireAcknowledgment) trial.stuck = true;
        return;
      case 'refuses':
        inTime(refuse(true));
        return;
      case 'condemns':
        inTime(refuse(false));
        return;
      case 'refusesOnce':
        if (this.refused.has(nameOf(value))) inTime(ok);
        else inTime(refuse(true));
        this.refused.add(nameOf(value));
        return;
      default:
        inTime(ok);
    }
  }

  mayFail(item: Item): boolean {
    const { acknowledgmentTimeoutMs, maxSize, faults } = this.plan;
    return (
      acknowledgmentTimeoutMs !== null || this.faultOf(item) !== undefined || (maxSize !== null && faults.length > 0)
    );
  }
}

export function sinkStep(plan: FinalSinkPlan, trial: Trial, visit: Visit): Built {
  const { requireAcknowledgment, maxPendingAcknowledgments, acknowledgmentTimeoutMs, attempts, maxSize } = plan;
  const destination = new WilfulDestination(plan, trial, visit);
  const operator = finalSink<Item>({
    ...readyOptions(plan, trial),
    destination,
    requireAcknowledgment,
    maxPendingAcknowledgments: Math.max(maxPendingAcknowledgments, maxSize ?? 1),
    acknowledgmentTimeoutMs: acknowledgmentTimeoutMs ?? undefined,
    attempts,
    batch: maxSize === null ? undefined : { maxSize, maxWaitMs: plan.maxWaitMs ?? undefined },
    onStrayAcknowledgment: () => {
      trial.userCode(`${visit.name}: the listener for strays`, visit.alive);
    },
    onDeadLetter: letters(visit, trial, (item) => destination.mayFail(item)),
  });
  return built(operator, {
    isStage: true,
    leavesWithResult: true,
    atOnce: maxSize ?? 1,
    order: 'none',
    model: () => allButSettled(visit),
  });
}
