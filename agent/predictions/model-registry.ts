// The models at hand, by their cards: what they are made from, how good they are, whether they decide.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Card } from '../../models/runtime/card.ts';

export interface ModelDescription {
  readonly name: string;
  readonly version: string;
  readonly date: string;
  readonly summary: string;
  /** `decides`: it answers. `stands aside`: it is not surely better than its baseline, which answers. `refused`: it is not what its card says. */
  readonly role: 'decides' | 'stands aside' | 'refused';
  /** Why it is refused; else null. */
  readonly problem: string | null;
  readonly metrics: Card['metrics'];
  readonly limits: readonly string[];
}

/** What was seen of models beside their cards, by name. */
export interface Seen {
  /** Those that are not surely better in this repository. */
  readonly aside: ReadonlySet<string>;
  /** Why they could not be loaded. */
  readonly refused: ReadonlyMap<string, string>;
}

/** By name. An absent folder holds no models. */
export async function describeModels(modelsFolder: string, seen: Seen): Promise<ModelDescription[]> {
  const names = await readdir(modelsFolder).catch((): string[] => []);
  return Promise.all(names.toSorted().map((name) => describeModel(modelsFolder, name, seen)));
}

async function describeModel(modelsFolder: string, name: string, seen: Seen): Promise<ModelDescription> {
  const card = await readCard(path.join(modelsFolder, name, 'card.json'));
  const problem = seen.refused.get(name) ?? (card === null ? `${name}/card.json cannot be read` : null);
  if (card === null)
    return { name, version: '', date: '', summary: '', role: 'refused', problem, metrics: [], limits: [] };
  const { version, date, summary, metrics, limits, standsAside } = card;
  const known = { name, version, date, summary, problem, metrics, limits };
  if (problem !== null) return { ...known, role: 'refused' };
  return { ...known, role: standsAside || seen.aside.has(name) ? 'stands aside' : 'decides' };
}

async function readCard(file: string): Promise<Card | null> {
  try {
    return Card.safeParse(JSON.parse(await readFile(file, 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}
