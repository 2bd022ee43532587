import type { Frame } from '../frame.js';
import { listen, redrive, tokenOf, type ConnectionState } from './connection.js';
import { element, setAttribute, setText } from './dom.js';
import { History } from './History.js';
import { LedgerPanel } from './LedgerPanel.js';
import { LettersPanel } from './LettersPanel.js';
import { PartitionsPanel } from './PartitionsPanel.js';
import { PressureChart } from './PressureChart.js';
import { StageGraph } from './StageGraph.js';
import { StageTable } from './StageTable.js';

const WORDS: Readonly<Record<ConnectionState, string>> = {
  connecting: 'connecting',
  live: 'live',
  lost: 'not reached, trying again',
  refused: 'refused',
};

const HEALTH = {
  healthy: 'healthy',
  moderate: 'moderate pressure',
  high: 'high pressure',
  critical: 'critical pressure',
} as const;

const token = tokenOf(location.hash);
const history = new History();
const graph = new StageGraph();
const table = new StageTable();
const pressure = new PressureChart();
const ledger = new LedgerPanel();
const partitions = new PartitionsPanel();
const letters = new LettersPanel(token === null ? null : (request) => redrive(token, request));

const health = element('span', { class: 'health' }, '…');
const level = element('span', { class: 'level' });
const signals = element('span', { class: 'signals' });
const connection = element('span', { class: 'connection', role: 'status' }, WORDS.connecting);
const problem = element('p', { class: 'problem', role: 'alert' });
problem.hidden = true;
const header = element('header', {}, element('h1', {}, 'Sluice'), health, level, signals, connection);
const middle = element('div', { class: 'two' }, pressure.root, ledger.root);
const page = document.getElementById('page');
page?.append(header, problem, graph.root, table.root, middle, partitions.root, letters.root);

function drawHeader({ health: word, overall, signals: { n, m, d } }: Frame): void {
  setText(health, HEALTH[word]);
  setAttribute(health, 'class', `health ${word}`);
  setText(level, `pressure ${overall.toFixed(2)}`);
  const known = [`event loop ${d.toFixed(2)}`, `memory ${m.toFixed(2)}`, ...(n > 0 ? [`network ${n.toFixed(2)}`] : [])];
  setText(signals, known.join(' · '));
  document.title = `${overall.toFixed(2)} ${HEALTH[word]} · Sluice`;
}

/** The hash may be given after the page was opened; then all begins anew. */
addEventListener('hashchange', () => {
  location.reload();
});

void listen(token, {
  frame(frame) {
    history.add(frame);
    drawHeader(frame);
    graph.draw(history, history.cause());
    table.draw(history, frame.at);
    pressure.draw(history, frame.at);
    ledger.draw(frame);
    partitions.draw(frame);
    letters.tick(frame.at);
  },
  letters(frame) {
    letters.draw(frame);
    letters.tick(history.samples.at(-1)?.at ?? 0);
  },
  state(state, why) {
    setText(connection, WORDS[state]);
    setAttribute(connection, 'class', `connection ${state}`);
    document.body.classList.toggle('away', state !== 'live');
    problem.hidden = state === 'live' || why === '';
    setText(problem, state === 'lost' ? `The program has ended, or cannot be reached: ${why}` : why);
  },
});
