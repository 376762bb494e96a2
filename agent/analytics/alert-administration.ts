// Rules and silences as people make them.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import type { AlertRule, AlertSeverity, Silence } from '../protocol/alerts.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import type { MetricTags } from '../protocol/metrics.ts';
import { nearest } from '../protocol/nearest.ts';
import {
  deleteAlertRule,
  deleteSilence,
  listAlertRules,
  listAlerts,
  listSilences,
  openAlerts,
  saveAlertRule,
  saveSilence,
} from '../store/alerts.ts';
import { readRollups } from '../store/metric-values.ts';
import { getMetric, rollupLevels, seriesWith } from '../store/metrics.ts';
import type { Store } from '../store/store.ts';
import { aggregateOf } from './metric-queries.ts';
import { compares } from './alert-evaluation.ts';
import { defaultRules } from './default-rules.ts';
import { isSilenced } from './quiet.ts';
import { checkRule, pastNote } from './rule-check.ts';
import { rulesInForce } from './rules-in-force.ts';

export interface AdministrationOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly retentionDays: () => number;
  readonly channels: () => readonly string[];
  /** Those of noodle.yaml as it is now. */
  readonly declaredRules: () => readonly AlertRule[];
  /** Something changed that decides what fires or is told. */
  readonly onChanged: () => Promise<void>;
}

export interface SilenceRequest {
  readonly rule?: string | undefined;
  readonly metricId?: string | undefined;
  readonly severity?: AlertSeverity | undefined;
  readonly tags: MetricTags;
  readonly durationSeconds: number;
  readonly reason: string;
}

const mostRules = 500;
const mostSilences = 1000;
const pastDays = 14;
const dayMs = rollupLevels[2];

/** What can be done with rules and silences. */
export function createAlertAdministration(options: AdministrationOptions) {
  return { ...ruleAdministration(options), ...silenceAdministration(options) };
}

export type AlertAdministration = ReturnType<typeof createAlertAdministration>;

function ruleAdministration({
  store,
  clock,
  retentionDays,
  channels,
  declaredRules,
  onChanged,
}: AdministrationOptions) {
  const rules = () => rulesInForce(store, declaredRules());
  const ofFile = (id: string) =>
    declaredRules().some((rule) => rule.id === id)
      ? failure('conflict', `The rule ${id} is declared in noodle.yaml, which counts: change it there.`, {
          place: 'id',
        })
      : null;
  return {
    async createRule(rule: AlertRule): Promise<Result<{ rule: AlertRule; notes: string[] }>> {
      const inFile = ofFile(rule.id);
      if (inFile !== null) return inFile;
      const ruleIds = rules().map(({ id }) => id);
      if (!ruleIds.includes(rule.id) && ruleIds.length >= mostRules)
        return failure('too_large', `There are ${mostRules} rules already.`);
      const checked = checkRule(rule, {
        metric: (id) => getMetric(store, id),
        ruleIds,
        channels: channels(),
        retentionDays: retentionDays(),
      });
      if (!checked.ok) return checked;
      const past = pastNote(rule, pastLooks(store, rule, clock.now()));
      await store.transact((tx) => saveAlertRule(tx, rule));
      await onChanged();
      return success({ rule, notes: [...checked.value, ...(past === null ? [] : [past])] });
    },
    rules,
    async deleteRule(id: string): Promise<Result<{ deleted: true }>> {
      const inFile = ofFile(id);
      if (inFile !== null) return inFile;
      const rule = listAlertRules(store).find((each) => each.id === id);
      if (rule === undefined)
        return noSuchRule(
          id,
          rules().map((each) => each.id),
        );
      const isDefault = defaultRules.some((each) => each.id === id);
      // Gone, it would come back with the next start.
      await store.transact((tx) =>
        isDefault ? saveAlertRule(tx, { ...rule, isEnabled: false }) : void deleteAlertRule(tx, id),
      );
      await onChanged();
      return success({ deleted: true });
    },
  };
}

function silenceAdministration({ store, clock, declaredRules, onChanged }: AdministrationOptions) {
  return {
    async createSilence(
      { rule, metricId, severity, tags, durationSeconds, reason }: SilenceRequest,
      createdBy: string,
    ): Promise<Result<Silence & { notes: string[] }>> {
      const now = clock.now();
      if (rule === undefined && metricId === undefined && severity === undefined && Object.keys(tags).length === 0) {
        return failure('invalid_input', 'A silence of everything: expected a rule, a metric, a severity or tags.', {
          place: 'rule',
        });
      }
      // What a program raises has no rule, but is known by the same name once it fired.
      const known = [
        ...rulesInForce(store, declaredRules()).map(({ id }) => id),
        ...listAlerts(store, 1000).map((alert) => alert.rule),
      ];
      if (rule !== undefined && !known.includes(rule)) return noSuchRule(rule, known);
      if (listSilences(store, now).length >= mostSilences)
        return failure('too_large', `There are ${mostSilences} silences already.`);
      const silence = {
        id: randomUUID(),
        rule: rule ?? null,
        metricId: metricId ?? null,
        severity: severity ?? null,
        tags,
        reason,
        createdBy,
        startsAt: now,
        endsAt: now + durationSeconds * 1000,
      };
      await store.transact((tx) => saveSilence(tx, silence));
      await onChanged();
      const fitting = openAlerts(store).filter((alert) => isSilenced(alert, silence, now));
      const notes = fitting.length === 0 ? ['Nothing that fits fires now; what comes before it ends is silent.'] : [];
      return success({ ...silence, notes });
    },
    silences: () => listSilences(store, clock.now()),
    async deleteSilence(id: string): Promise<Result<{ deleted: true }>> {
      const isDeleted = await store.transact((tx) => deleteSilence(tx, id));
      if (!isDeleted) return failure('not_found', `there is no silence '${id}'`, { place: 'id' });
      await onChanged();
      return success({ deleted: true });
    },
  };
}

function noSuchRule(id: string, known: readonly string[]) {
  const near = nearest(id, known);
  const hint = near === null ? '' : `; did you mean '${near}'?`;
  return failure('not_found', `there is no rule '${id}'${hint}`, { place: 'rule' });
}

/** Whether a threshold held in each hour of the last days that has values. Other kinds have no such past. */
function pastLooks(store: Store, { condition, metricId, tags }: AlertRule, now: number): boolean[] {
  if (condition.kind !== 'threshold') return [];
  const rollups = readRollups(store, {
    series: seriesWith(store, metricId, tags),
    level: rollupLevels[1],
    since: now - pastDays * dayMs,
    until: now,
  });
  return rollups.flatMap((rollup) => {
    const value = aggregateOf(rollup, condition.aggregate, rollupLevels[1]);
    return value === null ? [] : [compares(value, condition.operator, condition.value)];
  });
}
