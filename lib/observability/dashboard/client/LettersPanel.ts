import type { LetterGroup, LettersFrame, LetterView, RedriveRequest } from '../frame.js';
import { breakable, element, setText } from './dom.js';
import { ago, count } from './format.js';

/** Sends letters in again; resolves to what is to be said about it. */
export type Redrive = (request: RedriveRequest) => Promise<string>;

/** The dead letters: how many of which kind, the newest of them, and buttons that send them in again. */
export class LettersPanel {
  readonly root = element('section', { class: 'panel letters', 'aria-labelledby': 'letters-title' });
  private readonly counts = element('p', { class: 'legend' });
  private readonly said = element('p', { class: 'said', role: 'status' });
  private readonly groups = element('ul', { class: 'groups' });
  private readonly list = element('tbody');
  private readonly scroller = element('div', { class: 'scroller', tabindex: 0, role: 'region' });
  private readonly shown = element('p', { class: 'note' });
  private readonly rows = new Map<number, Row>();
  private readonly buttons = new Map<string, GroupButton>();

  /** @param redrive null where this page has no token */
  constructor(private readonly redrive: Redrive | null) {
    const title = element('h2', { id: 'letters-title' }, 'Dead letters');
    const heads = ['Stage', 'Reason', 'Attempts', 'Value', 'Last failure'].map((word) =>
      element('th', { scope: 'col' }, word),
    );
    this.scroller.setAttribute('aria-label', 'The newest dead letters');
    const table = element('table', { class: 'list' }, element('thead', {}, element('tr', {}, ...heads)), this.list);
    this.scroller.append(table);
    this.root.append(
      element('div', { class: 'head' }, title, this.counts),
      this.groups,
      this.said,
      this.shown,
      this.scroller,
    );
    if (redrive === null) this.say('To send letters in again, open the address that was printed: it has the token.');
  }

  draw({ size, maxSize, dropped, spilled, redriven, groups, newest }: LettersFrame): void {
    const parts = [`${count(size)} kept of at most ${count(maxSize)}`, `${count(redriven)} sent in again`];
    if (dropped > 0) parts.push(`${count(dropped)} dropped`);
    if (spilled > 0) parts.push(`${count(spilled)} spilled`);
    setText(this.counts, parts.join(' · '));
    this.drawGroups(groups, size);
    this.drawList(newest);
    this.scroller.hidden = newest.length === 0;
    setText(this.shown, size === 0 ? 'None.' : size > newest.length ? `The newest ${count(newest.length)}:` : '');
  }

  /** Says how long ago each one failed. */
  tick(now: number): void {
    for (const row of this.rows.values()) row.tick(now);
  }

  private drawGroups(groups: readonly LetterGroup[], size: number): void {
    const wanted = new Map(groups.map((group) => [`${group.stage} ${group.code}`, group]));
    for (const [name, button] of this.buttons) {
      if (wanted.has(name) || name === '') continue;
      button.root.remove();
      this.buttons.delete(name);
    }
    for (const [name, { stage, code, count: letters }] of wanted) {
      const button = this.buttonOf(name, `${stage} ${code}`, { stage, code });
      button.draw(letters);
      this.groups.append(button.root);
    }
    if (wanted.size > 1) {
      const all = this.buttonOf('', 'all', {});
      all.draw(size);
      this.groups.append(all.root);
    } else {
      this.buttons.get('')?.root.remove();
    }
  }

  private buttonOf(name: string, words: string, request: RedriveRequest): GroupButton {
    const send = this.redrive === null ? null : () => void this.send(request);
    const button = this.buttons.get(name) ?? new GroupButton(words, send);
    this.buttons.set(name, button);
    return button;
  }

  private drawList(newest: readonly LetterView[]): void {
    const wanted = new Set(newest.map(({ id }) => id));
    for (const [id, row] of this.rows) {
      if (wanted.has(id)) continue;
      row.root.remove();
      this.rows.delete(id);
    }
    // In order, and only what is not there yet: an open value stays open, a selection stays selected.
    let next = this.list.firstChild;
    for (const letter of newest) {
      const row = this.rows.get(letter.id) ?? new Row(letter);
      this.rows.set(letter.id, row);
      if (row.root === next) next = next.nextSibling;
      else this.list.insertBefore(row.root, next);
    }
  }

  private async send(request: RedriveRequest): Promise<void> {
    this.say('Sending in again …');
    this.say((await this.redrive?.(request)) ?? '');
  }

  private say(text: string): void {
    setText(this.said, text);
  }
}

/** How many letters there are of one kind, and the button for them. */
class GroupButton {
  readonly root = element('li');
  private readonly number = element('b');
  private readonly button = element('button', { type: 'button' }, 'Redrive');

  constructor(words: string, send: (() => void) | null) {
    this.button.disabled = send === null;
    this.button.setAttribute('aria-label', `Redrive ${words}`);
    if (send !== null) this.button.addEventListener('click', send);
    this.root.append(this.number, element('span', {}, ...breakable(words)), this.button);
  }

  draw(letters: number): void {
    setText(this.number, count(letters));
  }
}

/** Longer values are shown when they are asked for. */
const SHORT = 72;

/** One letter. It never changes but for its age. */
class Row {
  readonly root: HTMLTableRowElement;
  private readonly age = element('td', { class: 'age' });

  constructor(private readonly letter: LetterView) {
    const { stage, code, attempts, redrives, reason, value, key } = letter;
    const tries = redrives === 0 ? count(attempts) : `${count(attempts)}, sent in again ${count(redrives)}×`;
    const why = element('td', { class: 'why' }, element('span', { class: 'code' }, code), ` ${reason}`);
    const what = element('td', { class: 'value' });
    if (key !== '') what.append(element('span', { class: 'note' }, `key ${key}`));
    if (value.length <= SHORT) what.append(element('code', {}, value));
    else {
      const start = value
        .slice(0, 2 * SHORT)
        .replace(/\s+/g, ' ')
        .slice(0, SHORT);
      const short = element('summary', {}, element('code', {}, `${start}…`));
      what.append(element('details', {}, short, element('pre', {}, value)));
    }
    const place = element('th', { scope: 'row' }, ...breakable(stage));
    this.root = element('tr', {}, place, why, element('td', { class: 'number' }, tries), what, this.age);
  }

  tick(now: number): void {
    setText(this.age, ago(now - this.letter.lastAt));
  }
}
