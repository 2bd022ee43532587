import { beforeAll, describe, expect, it } from '@jest/globals';
import { Copies } from './support/copies.js';

/** One program with two copies of the library, each with an RxJS of its own, answers all questions of this file. */
const PROGRAM = `
import * as one from './one/dist/index.js';
import * as other from './other/dist/index.js';
import * as rxjs from 'rxjs';
import { createRequire } from 'node:module';
const otherRxjs = createRequire(import.meta.resolve('./other/dist/index.js'))('rxjs');

let pulled = 0;
function* endless() { for (;;) { if (pulled === 10_000) return; yield pulled++; } }
const never = () => new Promise(() => {});
const pulledBy = (pipeline) => {
  pulled = 0;
  pipeline().subscribe();
  return pulled;
};
const seenOf = (flow) => {
  const seen = [];
  flow.subscribe({ next: (n) => seen.push(n), error: (error) => seen.push(error.code), complete: () => seen.push('|') });
  return seen;
};

const answers = {
  same: [one.stage === other.stage, one.Flowable === other.Flowable, rxjs.Observable === otherRxjs.Observable],
  bounds: [
    pulledBy(() => other.fromPull(endless()).pipe(rxjs.map((n) => n), otherRxjs.filter(() => true), one.stage(never, { capacity: 5 }))),
    pulledBy(() => one.fromPull(endless()).pipe(otherRxjs.map((n) => n), other.stage(never, { capacity: 7 }))),
  ],
  deliveries: seenOf(one.fromPull([1, 2, 3]).pipe(other.stage((n) => n * 2), one.stage((n) => n + 1), other.stage((n) => n))),
  children: pulledBy(() => other.fromPull(endless()).pipe(rxjs.concatMap(() => other.fromPull([1, 2])), one.stage(never, { capacity: 4 }))),
  cut: seenOf(other.fromPull(endless()).pipe(rxjs.share(), one.stage((n) => n))),
  nested: seenOf(one.fromPull([otherRxjs.of(1)]).pipe(one.stage((n) => n))),
  work: seenOf(one.fromPull([1]).pipe(one.stage((n) => otherRxjs.of(n, n + 1)))),
  books: String(await one.run(other.fromPull([1, 2, 3, 4]).pipe(
    otherRxjs.filter((n) => n !== 2),
    other.stage((n) => { if (n === 3) throw new other.SluiceError('INVALID', 'three'); return n; }, { onFailure: 'deadLetter' }),
    one.stage((n) => n),
  ))),
};
console.log(JSON.stringify(answers));
`;

let answers: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  const copies = await Copies.make(['one', 'other']);
  try {
    await copies.giveItsOwnRxjs('other');
    const ended = await copies.run(PROGRAM);
    if (ended.code !== 0) throw new Error(ended.stderr);
    answers = JSON.parse(ended.stdout) as Readonly<Record<string, unknown>>;
  } finally {
    await copies.remove();
  }
}, 20_000);

describe('two copies of the library in one program', () => {
  it('are really two, each with an RxJS of its own', () => {
    expect(answers['same']).toEqual([false, false, false]);
  });

  it('C6: a stage of one bounds a source of the other, through operators of either RxJS', () => {
    expect(answers['bounds']).toEqual([5, 7]);
  });

  it('C7: see the same delivery, so that neither takes the records of the other for pushed ones', () => {
    expect(answers['deliveries']).toEqual([3, 5, 7, '|']);
  });

  it('C6b: flows of one inside operators of the other RxJS are children all the same', () => {
    expect(answers['children']).toBe(2);
  });

  it('C6c: a cut link is found by either', () => {
    expect(answers['cut']).toEqual(['CUT_LINK']);
  });

  it('C15: an Observable of the other RxJS is no record, and is work where a project returns it', () => {
    expect([answers['nested'], answers['work']]).toEqual([['NESTED_OBSERVABLE'], [2, '|']]);
  });

  it('P1: one keeps the books of stages of the other', () => {
    expect(answers['books']).toBe('in 4 = delivered 2 + filtered 1 + deadLettered 1 (INVALID 1) · peak live 1');
  });
});
