// <noodle-series-plot>: a figure over time, drawn by uPlot, with its forecast, its changes of level and what was out of
// the ordinary. Dragging zooms, a double click or Escape shows everything again; arrow keys read the values.
import uPlot from 'uplot';
import { formatClock } from '../format.ts';
import { drawNotes } from './marks.ts';
import type { PlottedSeries } from './plotted-series.ts';
import { readPalette, type Palette } from './palette.ts';
import { axisOf, openPlotFrame, type PlotFrame } from './plot-frame.ts';
import { timeLabels } from './time-labels.ts';

const heightPx = 280;
const elementName = 'noodle-series-plot';

/** Makes the element known to the page; once, before the first rendering. */
export function registerSeriesPlot(registry: CustomElementRegistry): void {
  registry.define(elementName, SeriesPlot);
}

const nothingPlotted: PlottedSeries = {
  points: [],
  forecast: [],
  changes: [],
  anomalies: [],
  label: '',
  unit: '',
  format: String,
};

export class SeriesPlot extends HTMLElement {
  #series: PlottedSeries = nothingPlotted;
  #plot: uPlot | null = null;
  #frame: PlotFrame | null = null;
  #zoomFactor: number | null = null;

  /** Setting the same value again does nothing; another one keeps what was zoomed to. */
  set series(series: PlottedSeries) {
    if (series === this.#series) return;
    const isDrawnAlike = drawnAs(series) === drawnAs(this.#series);
    this.#series = series;
    if (isDrawnAlike && this.#plot !== null) this.#plot.setData(aligned(series), !this.#isZoomed());
    else this.#build();
    this.#show(null);
  }

  connectedCallback(): void {
    this.#frame = openPlotFrame(this, {
      areaClass: 'plot-area plot-area-tall',
      keyPressed: (event) => this.#keyPressed(event),
      themeChanged: () => this.#build(),
      resized: (width) => this.#plot?.setSize({ width, height: heightPx }),
    });
    this.#build();
    this.#show(null);
  }

  disconnectedCallback(): void {
    this.#frame?.end();
    this.#frame = null;
    this.#plot?.destroy();
    this.#plot = null;
  }

  #build(): void {
    this.#plot?.destroy();
    const area = this.#frame?.area;
    if (area === undefined) return;
    const size = { width: area.clientWidth || 300, height: heightPx };
    const onCursor = (index: number | null) => this.#show(index);
    const options = plotOptions(readPalette(this), { size, onCursor, series: () => this.#series });
    this.#plot = new uPlot(options, aligned(this.#series), area);
  }

  #isZoomed(): boolean {
    const [times] = this.#plot?.data ?? [[]];
    const { min, max } = this.#plot?.scales['x'] ?? {};
    const [first, last] = [times?.[0], times?.at(-1)];
    return isNumber(min) && isNumber(max) && isNumber(first) && isNumber(last) && (min > first || max < last);
  }

  #keyPressed(event: KeyboardEvent): void {
    const plot = this.#plot;
    const times = plot?.data[0] ?? [];
    if (plot === null || times.length === 0) return;
    const present = plot.cursor.idx ?? times.length;
    const zoomed = { '+': 0.5, '-': 2 }[event.key];
    const wanted = { ArrowLeft: present - 1, ArrowRight: present + 1, Home: 0, End: times.length - 1 }[event.key];
    if (zoomed !== undefined) this.#zoom(zoomed);
    else if (event.key === 'Escape') plot.setData(plot.data, true);
    else if (wanted !== undefined) this.#read(plot, Math.min(times.length - 1, Math.max(0, wanted)));
    else return;
    event.preventDefault();
  }

  #read(plot: uPlot, index: number): void {
    const left = plot.valToPos(plot.data[0]?.[index] ?? 0, 'x');
    const value = plot.data[1]?.[index] ?? plot.data[2]?.[index] ?? 0;
    plot.setCursor({ left, top: plot.valToPos(value, 'y') });
  }

  /** Once a frame, however many keys were pressed since the last one. */
  #zoom(factor: number): void {
    const isAsked = this.#zoomFactor !== null;
    this.#zoomFactor = (this.#zoomFactor ?? 1) * factor;
    if (isAsked) return;
    requestAnimationFrame(() => {
      const wanted = this.#zoomFactor ?? 1;
      this.#zoomFactor = null;
      if (this.#plot !== null) this.#zoomNow(this.#plot, wanted);
    });
  }

  /** Round the value that is read, else round the latest measured one. */
  #zoomNow(plot: uPlot, factor: number): void {
    const { min, max } = plot.scales['x'] ?? {};
    const times = plot.data[0];
    if (!isNumber(min) || !isNumber(max)) return;
    const middle = times[plot.cursor.idx ?? Math.max(0, this.#series.points.length - 1)] ?? max;
    const half = ((max - min) * factor) / 2;
    plot.setScale('x', {
      min: Math.max(times[0] ?? min, middle - half),
      max: Math.min(times.at(-1) ?? max, middle + half),
    });
  }

  #show(index: number | null): void {
    this.#frame?.read(describe(this.#series, index, Date.now()));
  }
}

/** Series for which this is the same differ in their values only. */
function drawnAs({ unit, label, points, forecast }: PlottedSeries): string {
  return JSON.stringify([unit, label, hasDots(points), forecast.length > 0]);
}

/** Few values are shown as dots too. */
function hasDots(points: PlottedSeries['points']): boolean {
  return points.length < 100;
}

/** uPlot leaves a scale without values open. */
function isNumber(value: number | null | undefined): value is number {
  return typeof value === 'number';
}

/** One point in words; without an index the latest measured one. */
function describe({ points, forecast, format }: PlottedSeries, index: number | null, now: number): string {
  const measured = points[index ?? points.length - 1];
  if (measured !== undefined)
    return `${index === null ? 'Latest: ' : ''}${formatClock(measured.at, now)} · ${format(measured.value)}`;
  const expected = index === null ? undefined : forecast[index - points.length];
  if (expected === undefined) return '';
  return `${formatClock(expected.at, now)} · expected ${format(expected.value)}, between ${format(expected.low)} and ${format(expected.high)}`;
}

/** Times in seconds, as uPlot wants them; measured and, where something is expected, that, its low and its high. */
function aligned({ points, forecast }: PlottedSeries): uPlot.AlignedData {
  if (forecast.length === 0) return [points.map(({ at }) => at / 1000), points.map(({ value }) => value)];
  const none = points.map(() => null);
  const ahead = forecast.map(() => null);
  return [
    [...points, ...forecast].map(({ at }) => at / 1000),
    [...points.map(({ value }) => value), ...ahead],
    [...none, ...forecast.map(({ value }) => value)],
    [...none, ...forecast.map(({ low }) => low)],
    [...none, ...forecast.map(({ high }) => high)],
  ];
}

interface PlotParts {
  readonly size: { readonly width: number; readonly height: number };
  readonly onCursor: (index: number | null) => void;
  readonly series: () => PlottedSeries;
}

function plotOptions(palette: Palette, { size, onCursor, series }: PlotParts): uPlot.Options {
  const axis = axisOf(palette);
  return {
    ...size,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: true }, y: false, points: { show: false } },
    scales: {
      x: { time: true, range: (_, low, high) => timesOf(low, high) },
      y: { range: (_, low, high) => rangeOf(low, high) },
    },
    axes: [
      {
        ...axis,
        size: 40,
        space: 56,
        grid: { show: false },
        values: (...[, splits, , , step]) => timeLabels(splits, step),
      },
      {
        ...axis,
        label: series().label,
        size: 64,
        space: 32,
        grid: { stroke: palette.grid, width: 1 },
        values: (_, splits) => splits.map((each) => (each === 0 ? '0' : series().format(each))),
      },
    ],
    series: linesOf(series(), palette),
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      draw: [(plot) => drawNotes(plot, series(), palette)],
    },
  };
}

/** The time, what was measured and, where something is expected, that, its low and its high: in the order of `aligned`. */
function linesOf({ points, forecast }: PlottedSeries, palette: Palette): uPlot.Series[] {
  const dots = { show: hasDots(points), size: 4 };
  const measured = { stroke: palette.line, width: 1.5, fill: palette.area, points: dots, spanGaps: true };
  if (forecast.length === 0) return [{}, measured];
  const hidden = { points: { show: false } };
  const bound = { stroke: palette.text, width: 0.5, dash: [2, 4], ...hidden };
  return [{}, measured, { stroke: palette.line, width: 1.5, dash: [4, 4], ...hidden }, bound, bound];
}

/** A single value has no span of its own: half an hour is shown on both sides of it. */
function timesOf(low: number, high: number): [number, number] {
  return low === high ? [low - 1800, high + 1800] : [low, high];
}

/** From zero, unless a value is below it: a small change must not look like a large one. */
function rangeOf(low: number | null, high: number | null): [number, number] {
  const top = Math.max(0, high ?? 1);
  const bottom = Math.min(0, low ?? 0);
  const room = (top - bottom) * 0.1 || 1;
  return [bottom < 0 ? bottom - room : 0, top + room];
}
