// <noodle-duration-plot>: durations of the last runs, drawn by uPlot. Pointer and arrow keys read values.
import uPlot from 'uplot';
import { describePoint, type DurationPoint } from './duration-points.ts';
import { drawMarks } from './marks.ts';
import { readPalette, type Palette } from './palette.ts';
import { axisOf, openPlotFrame, type PlotFrame } from './plot-frame.ts';

const heightPx = 200;
const elementName = 'noodle-duration-plot';

/** Makes the element known to the page; once, before the first rendering. */
export function registerDurationPlot(registry: CustomElementRegistry): void {
  registry.define(elementName, DurationPlot);
}

export class DurationPlot extends HTMLElement {
  #points: readonly DurationPoint[] = [];
  #plot: uPlot | null = null;
  #frame: PlotFrame | null = null;

  /** The runs, oldest first. Setting the same value again does nothing. */
  set points(points: readonly DurationPoint[]) {
    if (points === this.#points) return;
    this.#points = points;
    this.#plot?.setData(aligned(points));
    this.#show(null);
  }

  connectedCallback(): void {
    this.#frame = openPlotFrame(this, {
      areaClass: 'plot-area',
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
    const palette = readPalette(this);
    const size = { width: area.clientWidth || 300, height: heightPx };
    const options = plotOptions(palette, { size, onCursor: (index) => this.#show(index), points: () => this.#points });
    this.#plot = new uPlot(options, aligned(this.#points), area);
  }

  #keyPressed(event: KeyboardEvent): void {
    const plot = this.#plot;
    const last = this.#points.length - 1;
    if (plot === null || last < 0) return;
    const now = plot.cursor.idx ?? last + 1;
    const wanted = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    const index = Math.min(last, Math.max(0, wanted));
    const left = plot.valToPos(index, 'x');
    plot.setCursor({ left, top: plot.valToPos((this.#points[index]?.durationMs ?? 0) / 1000, 'y') });
  }

  #show(index: number | null): void {
    const point = index === null ? this.#points.at(-1) : this.#points[index];
    const prefix = index === null ? 'Latest: ' : '';
    this.#frame?.read(point === undefined ? '' : `${prefix}${describePoint(point, Date.now())}`);
  }
}

function aligned(points: readonly DurationPoint[]): uPlot.AlignedData {
  return [
    points.map((_, index) => index),
    points.map((point) => point.durationMs / 1000),
    points.map((point) => (point.firstFailureAtMs === null ? null : point.firstFailureAtMs / 1000)),
  ];
}

interface PlotParts {
  readonly size: { readonly width: number; readonly height: number };
  readonly onCursor: (index: number | null) => void;
  readonly points: () => readonly DurationPoint[];
}

function plotOptions(palette: Palette, { size, onCursor, points }: PlotParts): uPlot.Options {
  const axis = axisOf(palette);
  return {
    ...size,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
    scales: {
      x: { time: false, range: (_, min, max) => [(min ?? 0) - 0.5, (max ?? 1) + 0.5] },
      y: { range: (_, __, max) => [0, (max ?? 0) > 0 ? max * 1.1 : 1] },
    },
    axes: [
      {
        ...axis,
        label: 'runs ago',
        size: 24,
        grid: { show: false },
        splits: (plot) => runSplits(points().length, plot.width),
        values: (_, splits) => splits.map((each) => `${points().length - 1 - each}`),
      },
      {
        ...axis,
        label: 'duration in s',
        size: 40,
        space: 32,
        grid: { stroke: palette.grid, width: 1 },
        values: (_, splits) => splits.map(secondsLabel),
      },
    ],
    series: [
      {},
      { stroke: palette.line, width: 1.5, fill: palette.area, points: { show: false } },
      { stroke: palette.failure, paths: () => null, points: { show: false } },
    ],
    hooks: {
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      draw: [(plot) => drawMarks(plot, points(), palette)],
    },
  };
}

/** Indices of the x axis that get a label: counted back from the latest run in round steps, some 40 pixels apart. */
function runSplits(count: number, width: number): number[] {
  const atMost = Math.max(1, Math.floor(width / 40));
  const step = [1, 2, 5, 10, 25, 50].find((each) => count / each <= atMost) ?? 100;
  const splits: number[] = [];
  for (let index = count - 1; index >= 0; index -= step) splits.unshift(index);
  return splits;
}

function secondsLabel(seconds: number): string {
  return seconds.toLocaleString('en-US', { maximumFractionDigits: 2 });
}
