// The contract's schemas as JSON Schema, with the entities as components that the document's paths refer to.
import { z } from 'zod';
import { Alert, AlertRule, AlertSeverity, Silence } from '../protocol/alerts.ts';
import { AgentCost, DashboardSnapshot, FailingTest } from '../protocol/analytics.ts';
import { MetricDefinition, MetricPoint, MetricValue } from '../protocol/metrics.ts';
import { BuildProblem, BuildResult, BuildTarget } from '../protocol/build.ts';
import { ChangeSet, FileChange } from '../protocol/change-set.ts';
import { NoodleEvent } from '../protocol/events.ts';
import { Execution, ExecutionState, Step, TestCounts } from '../protocol/execution.ts';
import { Explanation } from '../protocol/explanation.ts';
import { Failure, FailureReason } from '../protocol/failure.ts';
import { ExecutionId, RepoPath, StepId, TargetId, TestId } from '../protocol/ids.ts';
import { BuildConfig, TestSuite } from '../protocol/named-run.ts';
import { Plan, PlannedBuild, PlannedTest } from '../protocol/plan.ts';
import { ExplainedSetting } from '../protocol/settings.ts';
import { Location, TestCase, TestFile, TestHistoryEntry, TestResult, TestStatus } from '../protocol/test.ts';
import { Forecast, TrendAnalysis, TuningProposal } from '../protocol/trends.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** What REST answers a failure with; see problemOf. */
const Problem = z
  .object({
    type: z.string().describe('`urn:noodle:problem:<reason>`'),
    title: z.string(),
    status: z.int(),
    detail: Failure.shape.message.describe('One sentence: the place, what was found, what was expected.'),
    reason: FailureReason,
    place: z.string().optional().describe('Where: a path into the input, a header, a file with its line.'),
    hint: z.string().describe('What can be done.'),
  })
  .describe('A failure (RFC 9457).');

const entities = {
  AgentCost,
  Alert,
  AlertRule,
  AlertSeverity,
  BuildConfig,
  BuildProblem,
  BuildResult,
  BuildTarget,
  ChangeSet,
  DashboardSnapshot,
  Execution,
  ExecutionId,
  ExecutionState,
  ExplainedSetting,
  Explanation,
  FailingTest,
  FailureReason,
  FileChange,
  Location,
  Forecast,
  MetricDefinition,
  MetricPoint,
  MetricValue,
  NoodleEvent,
  Plan,
  PlannedBuild,
  PlannedTest,
  Problem,
  RepoPath,
  Silence,
  Step,
  StepId,
  TargetId,
  TestCase,
  TestCounts,
  TestFile,
  TestHistoryEntry,
  TestId,
  TestResult,
  TestStatus,
  TestSuite,
  TrendAnalysis,
  TuningProposal,
} as const satisfies Record<string, z.ZodType>;

export type EntityName = keyof typeof entities;

export interface SchemaWriter {
  /** What a caller may send. */
  input(schema: z.ZodType): JsonSchema;
  /** What the agent answers. */
  output(schema: z.ZodType): JsonSchema;
  reference(entity: EntityName): JsonSchema;
  /** The entities that were referred to so far, and what they refer to, by name. */
  components(): Readonly<Record<string, JsonSchema>>;
}

const definitions = '#/$defs/';
const componentPath = '#/components/schemas/';

/** Writes schemas one by one and collects the entities in them. */
export function createSchemaWriter(): SchemaWriter {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(entities)) registry.add(schema, { id });
  const components = new Map<string, JsonSchema>();
  const write = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema => {
    const {
      $schema: _,
      $defs = {},
      ...body
    } = z.toJSONSchema(schema, {
      metadata: registry,
      io,
      target: 'draft-2020-12',
      override: ({ zodSchema, jsonSchema }) => {
        if (io === 'input') Object.assign(jsonSchema, coercedNumber(zodSchema));
        // Answers may gain fields; who reads them must not insist on the present ones.
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        dropMeaninglessBounds(jsonSchema);
      },
    });
    for (const [name, definition] of Object.entries($defs)) components.set(name, relocated(definition));
    return relocated(body);
  };
  return {
    input: (schema) => write(schema, 'input'),
    output: (schema) => write(schema, 'output'),
    reference(entity) {
      // A schema that holds the entity, so that the entity itself comes out as a definition.
      write(z.array(entities[entity]), 'output');
      return { $ref: componentPath + entity };
    },
    components: () => Object.fromEntries([...components].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** `z.coerce.number().pipe(z.int()…)` takes text too, but what it means is the number behind the pipe. */
function coercedNumber(schema: z.core.$ZodType): JsonSchema {
  if (!(schema instanceof z.ZodPipe) || !(schema.in instanceof z.ZodNumber) || !(schema.out instanceof z.ZodType))
    return {};
  const { $schema: _, ...number } = z.toJSONSchema(schema.out, { io: 'input' });
  return number;
}

/** Every integer is within what JSON numbers can hold; saying so is noise. */
function dropMeaninglessBounds(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

/** The same schema with its references pointing at the document's components. */
function relocated(schema: unknown): JsonSchema {
  const text = JSON.stringify(schema, (key: string, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace(definitions, componentPath) : value,
  );
  // It was an object before it was text.
  return JSON.parse(text) as JsonSchema;
}
