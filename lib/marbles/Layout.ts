import type { ScenarioEventKind } from '../observability/scenario/Scenario.js';
import { textWidth } from './textWidth.js';

/** A rectangle in pixels; y grows downwards. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a text is for, which decides its colour. */
export type Tone = 'title' | 'name' | 'muted' | 'credit' | 'fill' | 'pressure' | 'onMark' | 'onChip';

export interface PlacedText {
  readonly text: string;
  readonly tone: Tone;
  readonly size: number;
  readonly bold: boolean;
  readonly anchor: 'start' | 'middle' | 'end';
  /** The anchor's x, and the baseline. */
  readonly x: number;
  readonly y: number;
  /** All the room that it may take, whatever the font. */
  readonly box: Box;
}

/** One event, or several where `kind` is `more`. `x` and `y` are its centre. */
export interface Mark extends Box {
  readonly kind: ScenarioEventKind | 'more';
  /** Which colour of the theme's keys; null where it is about no record. */
  readonly colour: number | null;
  readonly title: string;
  readonly text: PlacedText | null;
}

export type StrokeRole =
  | 'grid'
  | 'lane'
  | 'rest'
  | 'axis'
  | 'exit'
  | 'retry'
  | 'credit'
  | 'fill'
  | 'fillEdge'
  | 'pressure'
  | 'pressureArea'
  | 'limit';

export interface Stroke {
  readonly role: StrokeRole;
  /** As in the `d` of an SVG path. */
  readonly path: string;
  readonly title: string | null;
}

/** A picture as data: everything that is drawn, and where. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly description: string;
  readonly bands: readonly Box[];
  readonly strokes: readonly Stroke[];
  readonly marks: readonly Mark[];
  readonly texts: readonly PlacedText[];
}

/** A layout while it is being made. */
export interface Sheet {
  readonly bands: Box[];
  readonly strokes: Stroke[];
  readonly marks: Mark[];
  readonly texts: PlacedText[];
}

/** Type is never smaller than 10 pixels. */
export const SIZES = { title: 17, body: 12, name: 13, mark: 11, small: 10.5 } as const;

const ASCENT = 0.95;
const LINE = 1.2;

export function placeText(
  text: string,
  x: number,
  y: number,
  tone: Tone,
  size: number,
  { anchor = 'start', bold = false }: { anchor?: PlacedText['anchor']; bold?: boolean } = {},
): PlacedText {
  const width = textWidth(text, size, bold);
  const left = anchor === 'start' ? x : anchor === 'middle' ? x - width / 2 : x - width;
  return { text, tone, size, bold, anchor, x, y, box: { x: left, y: y - size * ASCENT, width, height: size * LINE } };
}

/** Every text of a layout, those on marks included. */
export function textsOf({ texts, marks }: Layout): PlacedText[] {
  return [...texts, ...marks.flatMap(({ text }) => (text === null ? [] : [text]))];
}

/** A coordinate as it is written: to a tenth of a pixel. */
export function px(coordinate: number): number {
  return Math.round(coordinate * 10) / 10;
}
