// Small pictures, drawn once. They say nothing to a screen reader: a word beside them does.
import { svg, type SVGTemplateResult } from 'lit-html';

const shapes = {
  passed: svg`<path class="solid" d="M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z"/><path class="cut" d="m5 8.2 2.1 2.1L11 6.2"/>`,
  failed: svg`<path class="solid" d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3z"/><path class="cut" d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6"/>`,
  running: svg`<circle class="track" cx="8" cy="8" r="5.75"/><path class="spin" d="M8 2.25A5.75 5.75 0 0 1 13.75 8"/>`,
  queued: svg`<circle cx="8" cy="8" r="5.75"/>`,
  skipped: svg`<circle cx="8" cy="8" r="5.75"/><path d="m4.2 11.8 7.6-7.6"/>`,
  unchanged: svg`<circle cx="8" cy="8" r="5.75"/><path d="M5.5 6.7h5M5.5 9.3h5"/>`,
  stopped: svg`<circle cx="8" cy="8" r="5.75"/><path class="solid" d="M6 6h4v4H6z"/>`,
  overdue: svg`<circle cx="8" cy="8" r="5.75"/><path d="M8 4.8V8l2.2 1.6"/>`,
  warning: svg`<path d="M8 2.2 14.2 13H1.8z"/><path d="M8 6.4v3.2m0 1.6v.3"/>`,
  information: svg`<circle cx="8" cy="8" r="5.75"/><path d="M8 7.3v3.5M8 5v.3"/>`,
  start: svg`<circle cx="8" cy="8" r="5.75"/><path class="solid" d="m6.6 5.4 4.2 2.6-4.2 2.6z"/>`,
  branch: svg`<circle cx="4.5" cy="3.7" r="1.6"/><circle cx="4.5" cy="12.3" r="1.6"/><circle cx="11.5" cy="5.2" r="1.6"/><path d="M4.5 5.3v5.4m7-3.9c0 2.4-3.2 2.4-6 3"/>`,
  opener: svg`<path d="m6 3.8 4.2 4.2L6 12.2"/>`,
  close: svg`<path d="m4 4 8 8m0-8-8 8"/>`,
  offline: svg`<path d="M2 6.2a9 9 0 0 1 12 0M4.3 8.8a5.6 5.6 0 0 1 7.4 0M8 12v.2M2.5 2.5l11 11"/>`,
} as const;

export type IconName = keyof typeof shapes;

/** The icon in the size of the text around it. */
export function icon(name: IconName): SVGTemplateResult {
  return svg`<svg class="icon" data-icon=${name} viewBox="0 0 16 16" aria-hidden="true" focusable="false">${shapes[name]}</svg>`;
}
