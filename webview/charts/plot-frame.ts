// What the plots have in common: the place where they are drawn, the line that reads their values, and what draws them anew.
import type uPlot from 'uplot';
import { watchTheme, type Palette } from './palette.ts';

export interface PlotFrame {
  /** Where the plot is drawn. */
  readonly area: HTMLElement;
  /** Says a value in words, once. */
  read(text: string): void;
  end(): void;
}

interface FrameOptions {
  readonly areaClass: string;
  readonly keyPressed: (event: KeyboardEvent) => void;
  readonly themeChanged: () => void;
  readonly resized: (width: number) => void;
}

/** Fills an element. Values are said aloud only while they are read by keyboard: not for every pointer move and every new run. */
export function openPlotFrame(host: HTMLElement, options: FrameOptions): PlotFrame {
  const { ownerDocument } = host;
  const readout = ownerDocument.createElement('p');
  readout.className = 'plot-readout';
  const area = ownerDocument.createElement('div');
  area.className = options.areaClass;
  host.replaceChildren(area, readout);
  const resized = new ResizeObserver(() => options.resized(area.clientWidth));
  resized.observe(area);
  const ended = new AbortController();
  const { signal } = ended;
  host.addEventListener('keydown', options.keyPressed, { signal });
  host.addEventListener('focus', () => readout.setAttribute('aria-live', 'polite'), { signal });
  host.addEventListener('blur', () => readout.removeAttribute('aria-live'), { signal });
  const forgetTheme = watchTheme(ownerDocument, options.themeChanged);
  return {
    area,
    read(text) {
      if (readout.textContent !== text) readout.textContent = text;
    },
    end() {
      resized.disconnect();
      ended.abort();
      forgetTheme();
    },
  };
}

/** How an axis of every plot looks. */
export function axisOf(palette: Palette) {
  return {
    stroke: palette.text,
    font: palette.font,
    labelFont: palette.font,
    ticks: { show: false },
    labelSize: 20,
  } satisfies uPlot.Axis;
}
