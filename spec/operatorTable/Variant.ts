import type { Observable } from 'rxjs';
import type { Given } from './Sources.js';

/** One way to use an export of RxJS in a link. */
export interface Variant {
  readonly name: string;
  /** The exports of RxJS that it exercises: the very functions, so that an alias counts for its original. */
  readonly exercises: readonly unknown[];
  readonly build: (given: Given) => Observable<unknown>;
  /** RxJS itself takes seconds to let go of what an endless source has put into it: such a run is thorough. */
  readonly costlyWhenEndless: boolean;
}

export function variant(name: string, exercises: readonly unknown[], build: Variant['build']): Variant {
  return { name, exercises, build, costlyWhenEndless: false };
}

export function costly(name: string, exercises: readonly unknown[], build: Variant['build']): Variant {
  return { name, exercises, build, costlyWhenEndless: true };
}
