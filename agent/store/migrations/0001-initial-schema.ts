// The tables of pipelines, builds, tests, analytics, graph facts and the audit trail.
//
// Keys are integers that the functions of the store give themselves (see keys.ts), never SQLite: so a journal with a hole
// in it still puts every row under its own key. Statuses of tests are small integers (see test-status.ts).
// Tables that are large or that are always read by their key are WITHOUT ROWID. Nothing refers to an execution by a
// foreign key that SQLite enforces: retention removes executions, and what was learned from them stays.
import type { Migration } from './migration.ts';

export const initialSchema: Migration = {
  version: 1,
  name: 'initial schema',
  apply(tx) {
    for (const statement of [...pipelines, ...builds, ...tests, ...analytics, ...caches]) tx.run(statement);
  },
};

const pipelines = [
  `CREATE TABLE noodle.pipeline_configs (
     key INTEGER PRIMARY KEY,
     kind TEXT NOT NULL,
     name TEXT NOT NULL,
     UNIQUE (kind, name)
   )`,
  `CREATE TABLE noodle.pipeline_executions (
     key INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     config_key INTEGER NOT NULL,
     state TEXT NOT NULL,
     reason TEXT,
     trigger TEXT NOT NULL,
     queued_at INTEGER NOT NULL,
     started_at INTEGER,
     finished_at INTEGER,
     changed_files INTEGER NOT NULL,
     planned_tests INTEGER NOT NULL,
     finished_tests INTEGER NOT NULL,
     total INTEGER NOT NULL,
     passed INTEGER NOT NULL,
     failed INTEGER NOT NULL,
     skipped INTEGER NOT NULL,
     first_failure_at_ms REAL
   )`,
  `CREATE INDEX noodle.unfinished_executions ON pipeline_executions (key) WHERE state IN ('queued', 'running')`,
  `CREATE TABLE noodle.pipeline_steps (
     execution_key INTEGER NOT NULL,
     id TEXT NOT NULL,
     position INTEGER NOT NULL,
     name TEXT NOT NULL,
     kind TEXT NOT NULL,
     state TEXT NOT NULL,
     needs TEXT NOT NULL,
     started_at INTEGER,
     finished_at INTEGER,
     exit_code INTEGER,
     reason TEXT,
     PRIMARY KEY (execution_key, id)
   ) WITHOUT ROWID`,
  // The plan as deflated JSON: the list of skipped files repeats most of the repository's paths.
  `CREATE TABLE noodle.plans (
     execution_key INTEGER PRIMARY KEY,
     at INTEGER NOT NULL,
     content BLOB NOT NULL,
     saved_tests_ms REAL NOT NULL
   )`,
  `CREATE INDEX noodle.plans_by_time ON plans (at, saved_tests_ms)`,
];

const builds = [
  // Every configuration that a target was built with, as JSON.
  `CREATE TABLE noodle.build_configs (
     key INTEGER PRIMARY KEY,
     target_key INTEGER NOT NULL,
     content TEXT NOT NULL
   )`,
  `CREATE INDEX noodle.build_configs_by_target ON build_configs (target_key)`,
  `CREATE TABLE noodle.build_targets (
     key INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     config_key INTEGER,
     is_present INTEGER NOT NULL,
     recent_ms TEXT NOT NULL DEFAULT '[]',
     median_ms REAL,
     success_execution_id TEXT,
     success_fingerprint TEXT,
     success_at INTEGER,
     success_ms REAL,
     success_inputs BLOB
   )`,
  `CREATE TABLE noodle.build_dependencies (
     target_key INTEGER NOT NULL,
     position INTEGER NOT NULL,
     needs_key INTEGER NOT NULL,
     PRIMARY KEY (target_key, position)
   ) WITHOUT ROWID`,
  `CREATE TABLE noodle.build_executions (
     execution_key INTEGER NOT NULL,
     target_key INTEGER NOT NULL,
     config_key INTEGER,
     status TEXT NOT NULL,
     duration_ms REAL NOT NULL,
     is_cached INTEGER NOT NULL,
     fingerprint TEXT NOT NULL,
     reason TEXT NOT NULL,
     problems TEXT,
     changed_inputs TEXT,
     finished_at INTEGER NOT NULL,
     saved_ms REAL NOT NULL,
     PRIMARY KEY (execution_key, target_key)
   ) WITHOUT ROWID`,
  `CREATE INDEX noodle.build_executions_by_target ON build_executions (target_key, execution_key)`,
  `CREATE INDEX noodle.build_executions_by_time ON build_executions (finished_at, saved_ms)`,
];

const tests = [
  // A test file, with what its runs add up to.
  `CREATE TABLE noodle.test_suites (
     key INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     file TEXT NOT NULL,
     framework TEXT NOT NULL,
     is_present INTEGER NOT NULL,
     runs INTEGER NOT NULL,
     failures INTEGER NOT NULL,
     last_status INTEGER NOT NULL,
     last_run_at INTEGER NOT NULL,
     last_execution_key INTEGER NOT NULL,
     recent_ms TEXT NOT NULL,
     median_ms REAL NOT NULL,
     case_count INTEGER NOT NULL
   )`,
  `CREATE TABLE noodle.test_cases (
     key INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     suite_key INTEGER NOT NULL,
     name TEXT,
     title_path TEXT NOT NULL,
     line INTEGER,
     column_number INTEGER,
     declared_in TEXT,
     is_present INTEGER NOT NULL,
     runs INTEGER NOT NULL,
     failures INTEGER NOT NULL,
     last_status INTEGER NOT NULL,
     last_run_at INTEGER NOT NULL,
     last_execution_key INTEGER NOT NULL,
     last_ms REAL NOT NULL,
     recent_ms TEXT NOT NULL,
     median_ms REAL NOT NULL,
     failing_since INTEGER
   )`,
  `CREATE INDEX noodle.test_cases_by_suite ON test_cases (suite_key)`,
  `CREATE INDEX noodle.test_cases_failing ON test_cases (last_run_at) WHERE failing_since IS NOT NULL`,
  // A test file in one execution.
  `CREATE TABLE noodle.test_executions (
     execution_key INTEGER NOT NULL,
     suite_key INTEGER NOT NULL,
     status INTEGER NOT NULL,
     finished_at INTEGER NOT NULL,
     duration_us INTEGER NOT NULL,
     PRIMARY KEY (execution_key, suite_key)
   ) WITHOUT ROWID`,
  `CREATE INDEX noodle.test_executions_by_suite ON test_executions (suite_key, execution_key)`,
  // About 30 bytes for a test that passed. The texts of a failure are JSON in its row.
  `CREATE TABLE noodle.test_results (
     execution_key INTEGER NOT NULL,
     case_key INTEGER NOT NULL,
     status INTEGER NOT NULL,
     duration_us INTEGER NOT NULL,
     at_us INTEGER NOT NULL,
     texts TEXT,
     PRIMARY KEY (execution_key, case_key)
   ) WITHOUT ROWID`,
  `CREATE INDEX noodle.test_results_by_case ON test_results (case_key, execution_key)`,
];

const analytics = [
  `CREATE TABLE noodle.metric_definitions (
     key INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     name TEXT NOT NULL,
     description TEXT NOT NULL,
     type TEXT NOT NULL,
     unit TEXT NOT NULL
   )`,
  `CREATE TABLE noodle.metric_values (
     key INTEGER PRIMARY KEY,
     metric_key INTEGER NOT NULL,
     at INTEGER NOT NULL,
     value REAL NOT NULL,
     tags TEXT
   )`,
  `CREATE INDEX noodle.metric_values_by_time ON metric_values (metric_key, at)`,
  `CREATE TABLE noodle.alert_rules (
     id TEXT PRIMARY KEY,
     metric_id TEXT NOT NULL,
     severity TEXT NOT NULL,
     condition TEXT NOT NULL,
     is_enabled INTEGER NOT NULL
   ) WITHOUT ROWID`,
  `CREATE TABLE noodle.alerts (
     id TEXT PRIMARY KEY,
     rule TEXT NOT NULL,
     severity TEXT NOT NULL,
     state TEXT NOT NULL,
     message TEXT NOT NULL,
     fired_at INTEGER NOT NULL,
     resolved_at INTEGER
   ) WITHOUT ROWID`,
  `CREATE INDEX noodle.alerts_by_time ON alerts (state, fired_at)`,
  `CREATE TABLE noodle.trend_analyses (
     metric_key INTEGER NOT NULL,
     at INTEGER NOT NULL,
     from_at INTEGER NOT NULL,
     until_at INTEGER NOT NULL,
     count INTEGER NOT NULL,
     direction TEXT NOT NULL,
     slope_per_day REAL NOT NULL,
     confidence REAL NOT NULL,
     PRIMARY KEY (metric_key, at)
   ) WITHOUT ROWID`,
  `CREATE TABLE noodle.events (
     key INTEGER PRIMARY KEY,
     at INTEGER NOT NULL,
     client TEXT NOT NULL,
     role TEXT NOT NULL,
     via TEXT NOT NULL,
     operation TEXT NOT NULL,
     subject TEXT,
     outcome TEXT NOT NULL
   )`,
];

const caches = [
  `CREATE TABLE noodle.graph_files (
     path TEXT NOT NULL UNIQUE,
     content_hash TEXT NOT NULL,
     size_bytes INTEGER NOT NULL,
     mtime_ms REAL NOT NULL,
     extractor_version INTEGER NOT NULL,
     facts TEXT NOT NULL
   )`,
  `CREATE TABLE noodle.test_discoveries (
     key INTEGER PRIMARY KEY,
     cache_key TEXT NOT NULL UNIQUE,
     files TEXT NOT NULL
   )`,
];
