import type { Frame } from '../frame.js';
import { element, setAttribute, setText } from './dom.js';
import { count } from './format.js';

/** Up to so many bars carry their numbers. */
const NUMBERED = 32;

/** Records in flight in each partition. */
export class PartitionsPanel {
  readonly root = element('section', { class: 'panel', 'aria-labelledby': 'partitions-title' });
  private readonly note = element('p', { class: 'legend' });
  private readonly chart = element('ul', { class: 'partitions' });
  private bars: { readonly item: HTMLElement; readonly bar: HTMLElement; readonly value: HTMLElement }[] = [];

  constructor() {
    const title = element('h2', { id: 'partitions-title' }, 'Partitions');
    this.root.append(element('div', { class: 'head' }, title, this.note), this.chart);
    this.root.hidden = true;
  }

  draw({ partitions, partitionMoves }: Frame): void {
    if (partitions.length === 0) return;
    this.root.hidden = false;
    if (this.bars.length !== partitions.length) this.rebuild(partitions.length);
    const most = Math.max(1, ...partitions);
    const sum = partitions.reduce((total, inFlight) => total + inFlight, 0);
    const moves = partitionMoves === 1 ? '1 key group has moved' : `${count(partitionMoves)} key groups have moved`;
    setText(this.note, `${count(sum)} records in flight in ${count(partitions.length)} partitions · ${moves}`);
    for (const [partition, inFlight] of partitions.entries()) {
      const { item, bar, value } = this.bars[partition]!;
      bar.style.height = `${String((inFlight / most) * 100)}%`;
      setText(value, count(inFlight));
      setAttribute(item, 'title', `partition ${String(partition)}: ${count(inFlight)} records in flight`);
    }
  }

  private rebuild(length: number): void {
    this.chart.classList.toggle('dense', length > NUMBERED);
    this.bars = Array.from({ length }, (_, partition) => {
      const bar = element('span', { class: 'fill' });
      const value = element('span', { class: 'value' });
      const name = element('span', { class: 'name', 'aria-hidden': 'true' }, String(partition));
      const item = element('li', {}, value, element('span', { class: 'column' }, bar), name);
      return { item, bar, value };
    });
    this.chart.replaceChildren(...this.bars.map(({ item }) => item));
  }
}
