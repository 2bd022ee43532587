import { PipelineBackPressureController, type DeadLetter } from '../../lib/index.js';
import type { ControlPlan, RedrivePlan } from './Plan.js';
import type { Trial } from './Trial.js';

const ALWAYS_MS = 3;
const silent = (): void => undefined;
const SILENT = { debug: silent, info: silent, warn: silent, error: silent };

/** The controller of a run, and whoever looks after its dead letters. */
export class Governor {
  readonly controller: PipelineBackPressureController;
  /** Letters that the stages' listeners were told of: each of them is safe by then. */
  lettersTold = 0;
  private readonly spilled: DeadLetter[] = [];
  private drained = 0;
  private level = 0;
  /** Letters that went in again; one whose pipeline ends before its record is in comes back, whether there is room or not. */
  private sentIn = 0;
  /** Letters go in at a rate: whoever asked for that has a timer of their own. */
  isSendingIn = false;

  constructor(
    private readonly plan: ControlPlan,
    private readonly trial: Trial,
  ) {
    const { maxSize, whenFull, maxRedrives, monitoringIntervalMs, throttle } = plan;
    const { clock: scheduler } = trial.timetable;
    const spill = (letter: DeadLetter) => {
      this.spilled.push(letter);
    };
    this.controller = new PipelineBackPressureController({
      scheduler,
      monitoringIntervalMs,
      logger: SILENT,
      throttle: throttle === 'always' ? () => ALWAYS_MS : throttle,
      deadLetters: { maxSize, maxRedrives, whenFull: whenFull === 'spill' ? { spill } : whenFull },
    });
    this.controller.pressure$.subscribe((level) => {
      this.level = level;
    });
  }

  /** Lets letters go in again, one time after the other, whenever the schedule picks them. */
  begin(): void {
    const [first, ...others] = this.plan.redrives;
    if (first !== undefined) this.sendIn(first, others);
  }

  private sendIn({ max, ratePerSecond }: RedrivePlan, others: readonly RedrivePlan[]): void {
    void this.trial.timetable.later('redrive', async () => {
      this.isSendingIn = true;
      try {
        this.sentIn += await this.controller.deadLetters.redrive({ max, ratePerSecond: ratePerSecond ?? undefined });
      } catch (error) {
        const { code } = error as { code?: unknown };
        if (code !== 'PIPELINE_CLOSED') this.trial.threw(error);
      } finally {
        this.isSendingIn = false;
      }
      const [next, ...later] = others;
      if (next !== undefined) this.sendIn(next, later);
    });
  }

  /** Records may be waiting for room in the queue. */
  get isFull(): boolean {
    return this.plan.whenFull === 'block' && this.controller.deadLetters.size >= this.plan.maxSize;
  }

  /** It stands still: perhaps because the queue is full. True: it was, and there is room again. */
  unblock(): boolean {
    if (this.trial.over || !this.isFull) return false;
    this.drained += this.controller.deadLetters.drain().length;
    return true;
  }

  /** At quiet moments: no letter is lost, the books balance, and the status makes sense. */
  check(): void {
    const { controller, plan, trial } = this;
    const { size, dropped, spilled, redriven } = controller.deadLetters;
    trial.expect(
      size + dropped + spilled + redriven + this.drained >= this.lettersTold && size <= plan.maxSize + this.sentIn,
      'P2 the ledger balances',
      () =>
        `${String(this.lettersTold)} letters: ${String(size)} in the queue, ${String(dropped)} dropped, ` +
        `${String(spilled)} spilled, ${String(redriven)} redriven, ${String(this.drained)} drained`,
    );
    trial.expect(spilled === this.spilled.length, 'P2 the ledger balances', () => `${String(spilled)} spilled`);
    const { stepsTaken } = trial.timetable;
    if (stepsTaken % 8 === 0) this.checkStatus();
    if (plan.closeAt !== null && stepsTaken >= plan.closeAt) controller.close();
  }

  private checkStatus(): void {
    const { controller, trial } = this;
    const sum = controller.ledger();
    const { filtered, delivered, rejected, deadLettered, cancelled, inFlight } = sum;
    trial.expect(
      sum.in === filtered + delivered + rejected + deadLettered + cancelled + inFlight,
      'P2 the ledger balances',
      () => `the controller's ledger: ${JSON.stringify(sum)}`,
    );
    const { stageStatuses, overallPressureLevel } = controller.getPipelineStatus();
    for (const [name, status] of Object.entries(stageStatuses)) {
      const { backPressureLevel, queueUtilization, errorRate, idleMsPerSecond, busyMsPerSecond } = status;
      const second = idleMsPerSecond + busyMsPerSecond + status.backPressuredMsPerSecond;
      const shares = [backPressureLevel, errorRate].every((share) => share >= 0 && share <= 1);
      trial.expect(
        shares && queueUtilization >= 0 && Math.abs(second - 1000) < 1 && backPressureLevel <= overallPressureLevel,
        'C2 the account agrees with what was counted outside it',
        () => `${name}: ${JSON.stringify(status)}`,
      );
    }
  }

  /** Nobody is there any more: no stage, no pressure, nothing in flight. */
  checkEnd(): void {
    const { controller, trial, level } = this;
    const { stageStatuses } = controller.getPipelineStatus();
    const names = Object.keys(stageStatuses);
    trial.expect(names.length === 0, 'C9 everything is released', () => `the controller still has ${names.join(' ')}`);
    trial.expect(
      level === 0 || this.plan.closeAt !== null,
      'C9 everything is released',
      () => `the pressure is ${String(level)} when it is all over`,
    );
    const { inFlight } = controller.ledger();
    trial.expect(inFlight === 0, 'C9 everything is released', () => `${String(inFlight)} in flight in its ledger`);
  }
}
