import * as root from 'rxjs';
import * as operators from 'rxjs/operators';

/** Everything that RxJS exports, by name. One name can stand for two functions: `merge` is one in either entrance. */
const exported: readonly (readonly [name: string, value: unknown])[] = [
  ...Object.entries(root),
  ...Object.entries(operators),
].filter(([name]) => !['default', '__esModule', 'module.exports'].includes(name));

const AN_ERROR = 'an error';
const A_SCHEDULER = 'a scheduler';
const PUSHES = 'a Subject: pushed into by hand, it enters a pipeline through onBackpressureBuffer, Drop or Latest';
const THE_END = 'the end of a chain: it asks for everything, as any subscriber does';
const NO_STREAM = 'no Observable goes in or comes out';

/** Exports that cannot stand in a link, and why. */
export const nonOperators: Readonly<Record<string, string>> = {
  ArgumentOutOfRangeError: AN_ERROR,
  EmptyError: AN_ERROR,
  NotFoundError: AN_ERROR,
  ObjectUnsubscribedError: AN_ERROR,
  SequenceError: AN_ERROR,
  TimeoutError: AN_ERROR,
  UnsubscriptionError: AN_ERROR,
  Scheduler: A_SCHEDULER,
  VirtualAction: A_SCHEDULER,
  VirtualTimeScheduler: A_SCHEDULER,
  animationFrame: A_SCHEDULER,
  animationFrameScheduler: A_SCHEDULER,
  asap: A_SCHEDULER,
  asapScheduler: A_SCHEDULER,
  async: A_SCHEDULER,
  asyncScheduler: A_SCHEDULER,
  queue: A_SCHEDULER,
  queueScheduler: A_SCHEDULER,
  AsyncSubject: PUSHES,
  BehaviorSubject: PUSHES,
  ReplaySubject: PUSHES,
  Subject: PUSHES,
  firstValueFrom: THE_END,
  lastValueFrom: THE_END,
  Notification: NO_STREAM,
  NotificationKind: NO_STREAM,
  Subscription: NO_STREAM,
  config: NO_STREAM,
  identity: NO_STREAM,
  isObservable: NO_STREAM,
  noop: NO_STREAM,
  observable: NO_STREAM,
  pipe: NO_STREAM,
};

/** The names of what neither a variant exercises nor the list explains. */
export function unaccounted(exercised: ReadonlySet<unknown>, explained: Readonly<Record<string, string>>): string[] {
  return exported.filter(([name, value]) => !exercised.has(value) && !(name in explained)).map(([name]) => name);
}

/** The names in the list that RxJS does not export, or that a variant exercises all the same. */
export function superfluous(exercised: ReadonlySet<unknown>, explained: Readonly<Record<string, string>>): string[] {
  return Object.keys(explained).filter((name) =>
    exported.every((entry) => entry[0] !== name || exercised.has(entry[1])),
  );
}

/** Names for the same thing, the ones that RxJS has given up behind the one to use. */
export function aliases(): string[][] {
  const names = new Map<unknown, Set<string>>();
  for (const [name, value] of exported) {
    if (!(name in nonOperators)) names.set(value, (names.get(value) ?? new Set()).add(name));
  }
  return [...names.values()].filter(({ size }) => size > 1).map((same) => [...same].sort());
}
