// What the plot draws beside the line: a dot for each run, a cross for one that broke, a diamond for a first failure.
import type uPlot from 'uplot';
import type { DurationPoint } from './duration-points.ts';
import type { Palette } from './palette.ts';
import type { PlottedSeries } from './plotted-series.ts';

/** Draws the marks of all points; shapes differ, so that they can be told apart without colours. */
export function drawMarks(plot: uPlot, points: readonly DurationPoint[], palette: Palette): void {
  const { ctx } = plot;
  const size = 3 * (plot.ctx.canvas.width / plot.width);
  ctx.save();
  ctx.lineWidth = size / 2;
  points.forEach((point, index) => {
    const x = plot.valToPos(index, 'x', true);
    const y = plot.valToPos(point.durationMs / 1000, 'y', true);
    if (point.isBroken) drawCross(ctx, { x, y, size }, palette.failure);
    else drawDot(ctx, { x, y, size: size * 0.7 }, palette.line);
    if (point.firstFailureAtMs === null) return;
    drawDiamond(ctx, { x, y: plot.valToPos(point.firstFailureAtMs / 1000, 'y', true), size }, palette.failure);
  });
  ctx.restore();
}

/** Changes of level as dashed lines from top to bottom, what was out of the ordinary as crosses. */
export function drawNotes(
  plot: uPlot,
  { changes, anomalies }: Pick<PlottedSeries, 'changes' | 'anomalies'>,
  palette: Palette,
): void {
  const { ctx, bbox } = plot;
  const size = 4 * (ctx.canvas.width / plot.width);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineWidth = size / 3;
  ctx.strokeStyle = palette.text;
  ctx.setLineDash([size, size]);
  for (const at of changes) {
    const x = plot.valToPos(at / 1000, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  for (const { at, value } of anomalies) {
    drawCross(
      ctx,
      { x: plot.valToPos(at / 1000, 'x', true), y: plot.valToPos(value, 'y', true), size },
      palette.failure,
    );
  }
  ctx.restore();
}

interface Mark {
  readonly x: number;
  readonly y: number;
  /** Half the width, in pixels of the canvas. */
  readonly size: number;
}

function drawDot(ctx: CanvasRenderingContext2D, { x, y, size }: Mark, color: string): void {
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.arc(x, y, size, 0, 2 * Math.PI);
  ctx.fill();
}

function drawCross(ctx: CanvasRenderingContext2D, { x, y, size }: Mark, color: string): void {
  ctx.strokeStyle = color;
  ctx.beginPath();
  ctx.moveTo(x - size, y - size);
  ctx.lineTo(x + size, y + size);
  ctx.moveTo(x - size, y + size);
  ctx.lineTo(x + size, y - size);
  ctx.stroke();
}

function drawDiamond(ctx: CanvasRenderingContext2D, { x, y, size }: Mark, color: string): void {
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.moveTo(x, y - size * 1.3);
  ctx.lineTo(x + size * 1.3, y);
  ctx.lineTo(x, y + size * 1.3);
  ctx.lineTo(x - size * 1.3, y);
  ctx.fill();
}
