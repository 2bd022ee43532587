import { EventEmitter } from 'node:events';
import {
  animationFrames,
  bindCallback,
  bindNodeCallback,
  empty,
  EMPTY,
  from,
  fromEvent,
  fromEventPattern,
  generate,
  interval,
  never,
  NEVER,
  of,
  pairs,
  range,
  throwError,
  timer,
} from 'rxjs';
import { variant } from '../Variant.js';

const MANY = 40;
const numbers = Array.from({ length: MANY }, (_, index) => index);

/** Sources that push, or have nothing to push: no flow goes in. */
export const creatingVariants = [
  variant('of', [of], () => of(...numbers)),
  variant('from(array)', [from], () => from(numbers)),
  variant('from(promise)', [from], () => from(Promise.resolve('value'))),
  variant('range', [range], () => range(0, MANY)),
  variant('generate', [generate], () =>
    generate({ initialState: 0, condition: (n: number) => n < MANY, iterate: (n) => n + 1 }),
  ),
  variant('pairs', [pairs], () => pairs(Object.fromEntries(numbers.map((n) => [`key ${String(n)}`, n])))),
  variant('interval', [interval], () => interval(1)),
  variant('timer', [timer], () => timer(1, 1)),
  variant('animationFrames', [animationFrames], () => animationFrames()),
  variant('fromEvent', [fromEvent], () => fromEvent(new Emitting(), 'number')),
  variant('fromEventPattern', [fromEventPattern], () =>
    fromEventPattern((handler) => {
      for (const number of numbers) handler(number);
    }),
  ),
  variant('bindCallback', [bindCallback], () =>
    bindCallback((callback: (value: string) => void) => {
      callback('value');
    })(),
  ),
  variant('bindNodeCallback', [bindNodeCallback], () =>
    bindNodeCallback((callback: (error: unknown, value: string) => void) => {
      callback(null, 'value');
    })(),
  ),
  variant('EMPTY', [EMPTY, empty], () => EMPTY),
  variant('NEVER', [NEVER, never], () => NEVER),
  variant('throwError', [throwError], () => throwError(() => new Error('thrown'))),
];

/** An emitter that speaks as soon as it is listened to. */
class Emitting extends EventEmitter {
  override addListener(name: string, listener: (value: number) => void): this {
    for (const number of numbers) listener(number);
    return super.addListener(name, listener);
  }
}
