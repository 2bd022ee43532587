export type {
  Scenario,
  ScenarioEvent,
  ScenarioEventKind,
  ScenarioLane,
  ScenarioMeasure,
  ScenarioSeries,
} from '../observability/scenario/Scenario.js';
export { renderSvg } from './renderSvg.js';
export { renderText, type TextOptions } from './renderText.js';
export { layoutScenario, type LayoutOptions } from './layoutScenario.js';
export {
  textsOf,
  type Box,
  type Layout,
  type Mark,
  type PlacedText,
  type Stroke,
  type StrokeRole,
  type Tone,
} from './Layout.js';
export { THEMES, type KeyColour, type Theme, type ThemeName } from './themes.js';
export type { ThemeChoice } from './styleOf.js';
export { probe } from '../observability/scenario/probe.js';
export {
  ScenarioRecorder,
  type Noted,
  type ScenarioRecorderOptions,
} from '../observability/scenario/ScenarioRecorder.js';
