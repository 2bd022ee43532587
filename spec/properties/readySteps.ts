import type { StandardSchema } from '../../lib/options/standardSchema.js';
import { gateway, ingressProcessing, keyGen, type DeadLetter, type SluiceCode } from '../../lib/index.js';
import { allButSettled, built, type Built } from './Built.js';
import { keyNameOf, nameOf, type Item } from './Item.js';
import type { FaultAt, GatewayPlan, IngressPlan, KeyGenPlan, ReadyOptions } from './Plan.js';
import type { Trial } from './Trial.js';
import type { Visit } from './Visit.js';

/** The options that every ready stage takes. */
export function readyOptions({ capacity, creditReplenishRate }: ReadyOptions, trial: Trial) {
  return { capacity, creditReplenishRate: creditReplenishRate ?? undefined, scheduler: trial.timetable.clock };
}

export function faultsBy<F>(faults: readonly FaultAt<F>[]): (item: Item) => F | undefined {
  const byNumber = new Map(faults.map(({ n, fault }) => [n, fault]));
  return ({ n }) => byNumber.get(n);
}

/** Letters of a stage, each of which must have a good reason. */
export function letters(
  visit: Visit,
  trial: Trial,
  isJust: (item: Item, code: SluiceCode) => boolean,
): (letter: DeadLetter) => void {
  return ({ value, code }) => {
    const item = value as Item;
    trial.expect(
      isJust(item, code),
      'P2 the outcome is what became of the record',
      () => `${visit.name} gave up ${nameOf(item)} with ${code}`,
    );
    visit.settled(item, 'deadLettered');
  };
}

export function gatewayStep(plan: GatewayPlan, trial: Trial): Built {
  const operator = gateway<Item>({
    ...readyOptions(plan, trial),
    maxRequestsPerSecond: plan.maxRequestsPerSecond ?? undefined,
    burst: plan.burst ?? undefined,
    maxConcurrentRequests: plan.maxConcurrentRequests ?? undefined,
    slowProcessingThresholdMs: plan.slowProcessingThresholdMs ?? undefined,
    earlyThrottleAt: plan.earlyThrottleAt ?? undefined,
  });
  return built(operator, { isStage: true, leavesWithResult: true });
}

export function keyGenStep(plan: KeyGenPlan, trial: Trial, visit: Visit): Built {
  const faultOf = faultsBy(plan.faults);
  const { numberOfPartitions, enableLoadAwareness, loadImbalanceThreshold } = plan;
  const operator = keyGen<Item>({
    ...readyOptions(plan, trial),
    numberOfPartitions,
    enableLoadAwareness,
    loadImbalanceThreshold,
    keySelector: (item) => {
      trial.userCode(`${visit.name}: the key selector`, visit.alive);
      const fault = faultOf(item);
      if (fault === 'throws') throw trial.inject(`selector at ${nameOf(item)}`);
      return fault === 'isNoKey' ? {} : keyNameOf(item);
    },
    onDeadLetter: letters(visit, trial, (item, code) => code === 'KEY' && faultOf(item) !== undefined),
  });
  return built(operator, { isStage: true, leavesWithResult: true, model: allButSettled });
}

export function ingressStep(plan: IngressPlan, trial: Trial, visit: Visit): Built {
  const { by, prepares, concurrency, bufferTimeoutMs, onBufferTimeout } = plan;
  const faultOf = faultsBy(plan.faults);
  const called = (what: string) => {
    trial.userCode(`${visit.name}: ${what}`, visit.alive);
  };
  const verdict = (item: Item): boolean => {
    if (faultOf(item) === 'validationThrows') throw trial.inject(`validation at ${nameOf(item)}`);
    return faultOf(item) !== 'isInvalid';
  };
  const sooner = <V>(answer: () => V): V | Promise<V> =>
    plan.validates === 'later' ? trial.timetable.later('validation', answer) : answer();
  const validate = (item: Item) => {
    called('validation');
    return sooner(() => verdict(item));
  };
  const schema: StandardSchema<unknown, Item> = {
    '~standard': {
      validate: (value) => {
        called('the schema');
        return sooner(() => (verdict(value as Item) ? { value: value as Item } : { issues: [{ message: 'no' }] }));
      },
    },
  };
  const prepare = (item: Item) => {
    if (faultOf(item) === 'preparationThrows') throw trial.inject(`preparation at ${nameOf(item)}`);
    return item;
  };
  const preprocess = (item: Item) => {
    // Of a record that has been validated asynchronously preparation may begin after the end: nobody can stop it.
    if (plan.validates === 'atOnce') called('the preparation');
    return prepares === 'later' ? trial.timetable.later('preparation', () => prepare(item)) : prepare(item);
  };
  const operator = ingressProcessing<Item, Item, Item>({
    ...readyOptions(plan, trial),
    ...(by === 'schema' ? { schema } : { validate }),
    ...(prepares === 'not' ? {} : { preprocess }),
    concurrency,
    bufferTimeoutMs: bufferTimeoutMs ?? undefined,
    onBufferTimeout,
    onDeadLetter: letters(visit, trial, (item, code) => {
      if (code === 'BUFFER_TIMEOUT') return bufferTimeoutMs !== null && onBufferTimeout === 'deadLetter';
      return faultOf(item) !== undefined;
    }),
  });
  const passes = (item: Item) => {
    const fault = faultOf(item);
    return fault === undefined || (fault === 'preparationThrows' && prepares === 'not');
  };
  return built(operator, {
    isStage: true,
    leavesWithResult: true,
    model: () => allButSettled(visit).filter(passes),
  });
}
