import type { Bottleneck } from '../../../control/status.js';
import { mainState, stageColour } from './colour.js';
import { breakable, element, graphic, setAttribute, setText } from './dom.js';
import { list, percent, rate, shortSpan, span } from './format.js';
import type { History, StageSample } from './History.js';
import { drawEdges } from './edges.js';
import { levelsOf } from './levels.js';

/** The stages as cards, the source on the left, and what flows between them as arrows. */
export class StageGraph {
  readonly root = element('section', { class: 'panel graph', 'aria-labelledby': 'graph-title' });
  private readonly verdict = element('p', { class: 'verdict' });
  /** Says aloud when another stage becomes the cause, and not how long it has been. */
  private readonly aloud = element('p', { class: 'aloud', 'aria-live': 'polite' });
  private readonly grid = element('div', { class: 'stages' });
  private readonly edges = graphic('svg', { class: 'edges', 'aria-hidden': 'true' });
  private readonly cards = new Map<string, StageCard>();
  private shape = '';
  private levels: readonly (readonly string[])[] = [];
  private latest: readonly StageSample[] = [];

  constructor() {
    const legend = element('p', { class: 'legend' });
    for (const [state, word] of STATES) legend.append(element('span', { class: `key ${state}` }), word);
    const plan = element('div', { class: 'plan' }, this.edges, this.grid);
    const title = element('h2', { id: 'graph-title' }, 'Stages');
    this.root.append(element('div', { class: 'head' }, title, legend), this.verdict, this.aloud, plan);
    new ResizeObserver(() => this.layOut()).observe(plan);
  }

  draw(history: History, bottleneck: Bottleneck | null): void {
    this.latest = history.latest();
    const names = new Set(this.latest.map(({ stage }) => stage.name));
    for (const [name, card] of this.cards) {
      if (names.has(name)) continue;
      card.root.remove();
      this.cards.delete(name);
    }
    for (const { stage, rate: perSecond } of this.latest) {
      const card = this.cards.get(stage.name) ?? new StageCard(stage.name);
      this.cards.set(stage.name, card);
      card.draw(stage, perSecond, history.present.has(stage.name), bottleneck);
    }
    this.judge(history, bottleneck);
    const shape = JSON.stringify(this.latest.map(({ stage: { name, below } }) => [name, below]));
    if (shape === this.shape) return;
    this.shape = shape;
    this.levels = levelsOf(this.latest.map(({ stage }) => stage));
    this.layOut();
  }

  private judge({ present }: History, bottleneck: Bottleneck | null): void {
    const running = this.latest.filter(({ stage }) => present.has(stage.name));
    const victims = running.filter(({ stage }) => stage.activity === 'backPressured').map(({ stage }) => stage.name);
    const holds = victims.length === 0 ? '' : `, and holds up ${list(victims)}`;
    this.verdict.classList.toggle('bad', bottleneck !== null);
    if (bottleneck !== null) {
      setText(this.verdict, `${bottleneck.stage} is the bottleneck, for ${span(bottleneck.forMs)}${holds}.`);
      setText(this.aloud, `${bottleneck.stage} is the bottleneck.`);
      return;
    }
    const none = running.length === 0;
    const words = none ? 'No stage is running.' : 'No stage holds the others up.';
    setText(this.verdict, words);
    setText(this.aloud, words);
  }

  /** As many levels in a row as there is room for. */
  private layOut(): void {
    const room = this.grid.clientWidth;
    if (room === 0) return;
    const columns = Math.max(1, Math.min(this.levels.length, Math.floor((room + GAP) / (LEAST_WIDTH + GAP))));
    this.grid.style.gridTemplateColumns = `repeat(${String(columns)}, minmax(0, 1fr))`;
    const stacks = this.levels.map((names) => {
      const cards = names.flatMap((name) => this.cards.get(name)?.root ?? []);
      return element('div', { class: 'stack' }, ...cards);
    });
    this.grid.replaceChildren(...stacks);
    const links = this.latest.flatMap(({ stage: { name, below } }) => below.map((next) => [name, next] as const));
    drawEdges(this.edges, this.grid, links, (name) => this.cards.get(name)?.root);
  }
}

const STATES = [
  ['idle', 'idle'],
  ['busy', 'busy'],
  ['pressed', 'back-pressured'],
  ['cause', 'the bottleneck'],
] as const;

/** Pixels between two levels, for the arrows; and the least that a card is wide. */
const GAP = 24;
const LEAST_WIDTH = 128;

/** One stage. */
class StageCard {
  readonly root = element('article', { class: 'card' });
  private readonly head = element('h3');
  private readonly badge = element('p', { class: 'badge' });
  private readonly state = element('p', { class: 'state' });
  private readonly bars = ['busy', 'pressed', 'idle'].map((name) => element('span', { class: `part ${name}` }));
  private readonly facts = element('p', { class: 'facts' });

  constructor(private readonly name: string) {
    this.head.append(...breakable(name));
    const bar = element('div', { class: 'bar', 'aria-hidden': 'true' }, ...this.bars);
    this.root.append(this.head, element('div', { class: 'body' }, this.badge, this.state, bar, this.facts));
  }

  draw(stage: StageSample['stage'], perSecond: number, isPresent: boolean, bottleneck: Bottleneck | null): void {
    const isCause = isPresent && bottleneck?.stage === this.name;
    const isUnknown = isPresent && stage.stale;
    const { word, share } = mainState(stage);
    const state = isPresent ? (isUnknown ? 'unknown: no sample' : `${word} ${percent(share)}`) : 'has ended';
    this.root.classList.toggle('cause', isCause);
    this.root.classList.toggle('off', !isPresent || isUnknown);
    this.head.style.background = isPresent && !isUnknown ? stageColour(stage) : '';
    const cause = isCause ? `bottleneck ${shortSpan(bottleneck.forMs)}` : '';
    setText(this.badge, cause);
    setText(this.state, state);
    const shares = [stage.busy, stage.backPressured, stage.idle];
    for (const [index, part] of this.bars.entries()) {
      part.style.width = `${String(isPresent ? (shares[index] ?? 0) / 10 : 0)}%`;
    }
    const several = stage.instances > 1 ? ` · ${String(stage.instances)}×` : '';
    setText(this.facts, isPresent ? `${rate(perSecond)}/s${several}` : '');
    const label = [this.name, state, cause, isPresent ? `${rate(perSecond)} records per second` : ''];
    setAttribute(this.root, 'aria-label', label.filter((part) => part !== '').join('; '));
  }
}
