// Probabilities that mean what they say.
import type { Card } from '../runtime/card.ts';

/** Platt's scaling (1999) by Newton's method, with his smoothed targets, so that one class alone gives no certainty. */
export function fitPlatt(probabilities: ArrayLike<number>, labels: ArrayLike<number>): Card['calibration'] {
  const margins = Array.from(probabilities, logOdds);
  const positives = Array.from(labels).filter((label) => label === 1).length;
  const negatives = margins.length - positives;
  const target = [1 / (negatives + 2), (positives + 1) / (positives + 2)] as const;
  // From the flat start, Newton's steps on this convex loss do not overshoot.
  let [slope, offset] = [0, Math.log((positives + 1) / (negatives + 1))];
  for (let round = 0; round < 50; round += 1) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-6, 0, 1e-6];
    margins.forEach((margin, index) => {
      const probability = 1 / (1 + Math.exp(-(slope * margin + offset)));
      const error = probability - target[labels[index] === 1 ? 1 : 0];
      const curvature = probability * (1 - probability);
      g0 += error;
      g1 += error * margin;
      h00 += curvature;
      h01 += curvature * margin;
      h11 += curvature * margin * margin;
    });
    const determinant = h00 * h11 - h01 * h01;
    if (Math.abs(determinant) < 1e-12) break;
    const [dOffset, dSlope] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    offset -= dOffset;
    slope -= dSlope;
    if (Math.abs(dOffset) + Math.abs(dSlope) < 1e-9) break;
  }
  // A slope below zero would turn the order round on little evidence.
  return Number.isFinite(slope) && Number.isFinite(offset) && slope > 0 ? { slope, offset } : { slope: 1, offset: 0 };
}

/** Clipped, so that it is finite. */
export function logOdds(probability: number): number {
  const clipped = Math.min(1 - 1e-7, Math.max(1e-7, probability));
  return Math.log(clipped / (1 - clipped));
}
