// What starts a workflow, and what it takes and gives when another one calls it.
import { z } from 'zod';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const Inputs = z.record(z.string(), z.object({ default: scalar.optional() }).catch({})).catch({});
const Outputs = z.record(z.string(), z.object({ value: scalar.optional() }).catch({})).catch({});
const WithInputs = z
  .object({ inputs: Inputs.default({}), outputs: Outputs.default({}) })
  .catch({ inputs: {}, outputs: {} });
const Events = z.object({ workflow_dispatch: WithInputs.optional(), workflow_call: WithInputs.optional() }).catch({});

/** The names of the events. */
export function eventsOf(on: unknown): string[] {
  if (typeof on === 'string') return [on];
  if (Array.isArray(on)) return on.map(String);
  return typeof on === 'object' && on !== null ? Object.keys(on) : [];
}

/** Defaults of what is asked of who starts it, or calls it. */
export function startInputs(on: unknown): Record<string, string> {
  const { workflow_dispatch: dispatch, workflow_call: call } = Events.parse(on ?? {});
  return defaultsOf({ ...call?.inputs, ...dispatch?.inputs });
}

/** Defaults of what is asked of who calls it. */
export function callInputs(on: unknown): Record<string, string> {
  return defaultsOf(Events.parse(on ?? {}).workflow_call?.inputs ?? {});
}

/** The texts of what it gives to who calls it. */
export function callOutputs(on: unknown): Record<string, string> {
  const outputs = Events.parse(on ?? {}).workflow_call?.outputs ?? {};
  return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, String(value ?? '')]));
}

function defaultsOf(inputs: z.infer<typeof Inputs>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, String(input.default ?? '')]));
}
