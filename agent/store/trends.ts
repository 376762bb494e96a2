// What was found out about metrics over time, and proposals made from it (trend_analyses, tuning_proposals).
import { z } from 'zod';
import { success, type Result } from '../protocol/failure.ts';
import { TrendAnalysis, TuningProposal } from '../protocol/trends.ts';
import { fromJson } from './json-column.ts';
import { keyOf } from './keys.ts';
import { notDeclared } from './metrics.ts';
import type { Reader, Transaction } from './sql.ts';

/** Records an analysis of a declared metric; `not_found` when it is not declared. */
export function saveTrendAnalysis(tx: Transaction, analysis: TrendAnalysis): Result<void> {
  const { metricId, at, from, until, count, direction, slopePerDay, confidence, ...content } = analysis;
  const key = keyOf(tx, 'metric_definitions', metricId);
  if (key === null) return notDeclared(tx, metricId);
  tx.run(
    `INSERT OR REPLACE INTO trend_analyses (metric_key, at, from_at, until_at, count, direction, slope_per_day, confidence, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [key, at, from, until, count, direction, slopePerDay, confidence, JSON.stringify(content)],
  );
  return success(undefined);
}

/** The latest analysis of each metric, by its id. Those of a version that found less are left out. */
export function latestTrendAnalyses(db: Reader): TrendAnalysis[] {
  const rows = db.all<Record<string, unknown> & { content: string }>(
    `SELECT m.id AS metricId, t.at, t.from_at AS "from", t.until_at AS "until", t.count, t.direction,
       t.slope_per_day AS slopePerDay, t.confidence, t.content
     FROM trend_analyses t JOIN metric_definitions m ON m.key = t.metric_key
     WHERE t.at = (SELECT max(at) FROM trend_analyses WHERE metric_key = t.metric_key) ORDER BY m.id`,
  );
  return rows.flatMap(({ content, ...row }) => {
    const parsed = TrendAnalysis.safeParse({ ...fromJson(z.record(z.string(), z.unknown()), content, {}), ...row });
    return parsed.success ? [parsed.data] : [];
  });
}

/** Inserts or updates a proposal by its id. */
export function saveTuningProposal(tx: Transaction, proposal: TuningProposal): void {
  tx.run('INSERT OR REPLACE INTO tuning_proposals (id, at, state, content) VALUES (?, ?, ?, ?)', [
    proposal.id,
    proposal.at,
    proposal.state,
    JSON.stringify(proposal),
  ]);
}

/** The latest first. */
export function listTuningProposals(db: Reader): TuningProposal[] {
  const rows = db.all<{ content: string }>('SELECT content FROM tuning_proposals ORDER BY at DESC, id');
  return rows.flatMap(({ content }) => fromJson(TuningProposal.nullable(), content, null) ?? []);
}

/** Forgets proposals that were neither applied nor undone. */
export function deleteOpenProposals(tx: Transaction): void {
  tx.run(`DELETE FROM tuning_proposals WHERE state = 'proposed'`);
}
