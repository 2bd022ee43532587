import type { StageFrame } from '../frame.js';

type Rgb = readonly [red: number, green: number, blue: number];

/** As in Flink's own view; each is dark enough for white text on it, and so is every mixture. */
const IDLE: Rgb = [27, 98, 201];
const BUSY: Rgb = [200, 30, 40];
const BACK_PRESSURED: Rgb = [16, 16, 18];

/** Idle is blue, busy is red, back-pressured is black, and what is between is mixed of them by the time spent. */
export function stageColour({
  idle,
  busy,
  backPressured,
}: Pick<StageFrame, 'idle' | 'busy' | 'backPressured'>): string {
  const total = Math.max(1, idle + busy + backPressured);
  const mixed = IDLE.map((_, channel) => {
    const sum = IDLE[channel]! * idle + BUSY[channel]! * busy + BACK_PRESSURED[channel]! * backPressured;
    return Math.round(sum / total);
  });
  return `rgb(${mixed.join(' ')})`;
}

/** What it mostly does. */
export function mainState({ idle, busy, backPressured }: Pick<StageFrame, 'idle' | 'busy' | 'backPressured'>): {
  readonly word: string;
  readonly share: number;
} {
  const most = Math.max(idle, busy, backPressured);
  const word = most === backPressured ? 'back-pressured' : most === busy ? 'busy' : 'idle';
  return { word, share: most / 1000 };
}
