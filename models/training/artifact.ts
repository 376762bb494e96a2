// Writes a model as it is shipped: model.onnx, card.json and explanation.json, the same bytes for the same model.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Feature } from '../features/feature.ts';
import { probabilityOf, type AdditiveModel } from '../runtime/additive-model.ts';
import { Card } from '../runtime/card.ts';
import { rowOf, type Matrix } from '../learning/matrix.ts';
import { onnxOf } from './onnx-writer.ts';

export interface Artifact {
  readonly name: string;
  readonly summary: string;
  readonly features: readonly Feature[];
  readonly model: AdditiveModel;
  readonly calibration: Card['calibration'];
  readonly data: Card['data'];
  readonly metrics: Card['metrics'];
  readonly limits: readonly string[];
  readonly standsAside: boolean;
  /** Rows of the data, of which a few become probes. */
  readonly rows: Matrix;
}

const probeCount = 5;

/** Writes the three files below `folder`. The date of an unchanged model stays. Returns their size. */
export function writeArtifact(folder: string, artifact: Artifact, today: string): number {
  const target = path.join(folder, artifact.name);
  mkdirSync(target, { recursive: true });
  const onnx = onnxOf(artifact.model, artifact.name);
  const sha256 = createHash('sha256').update(onnx).digest('hex');
  const earlier = earlierCard(path.join(target, 'card.json'));
  const card: Card = {
    format: 1,
    name: artifact.name,
    version: sha256.slice(0, 12),
    date: earlier?.sha256 === sha256 ? earlier.date : today,
    summary: artifact.summary,
    features: artifact.features.map(({ name, meaning }) => ({ name, meaning })),
    data: [...artifact.data],
    metrics: artifact.metrics.map((metric) => ({ ...metric, value: rounded(metric.value) })),
    limits: [...artifact.limits],
    standsAside: artifact.standsAside,
    sha256,
    probes: probesOf(artifact),
    calibration: { slope: rounded(artifact.calibration.slope), offset: rounded(artifact.calibration.offset) },
  };
  const files = {
    'model.onnx': onnx,
    'card.json': `${JSON.stringify(card, null, 2)}\n`,
    'explanation.json': `${JSON.stringify(artifact.model)}\n`,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(target, name), content);
  return Object.values(files).reduce((sum, content) => sum + content.length, 0);
}

function earlierCard(file: string): Card | null {
  if (!existsSync(file)) return null;
  try {
    return Card.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}

function probesOf({ model, rows }: Artifact): Card['probes'] {
  return Array.from({ length: Math.min(probeCount, rows.rowCount) }, (_, index) => {
    const row = Array.from(rowOf(rows, Math.floor((index * rows.rowCount) / probeCount)));
    return { row, score: rounded(probabilityOf(model, row)) };
  });
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
