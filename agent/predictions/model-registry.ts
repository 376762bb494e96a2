// The models at hand, by their cards: what they are made from, how good they are, whether they decide.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Card } from '../../models/runtime/card.ts';

export interface ModelDescription {
  readonly name: string;
  readonly version: string;
  readonly date: string;
  readonly summary: string;
  /** `decides`: it answers. `stands aside`: it is not surely better than its baseline, which answers. `damaged`: its card cannot be read. */
  readonly role: 'decides' | 'stands aside' | 'damaged';
  readonly metrics: Card['metrics'];
  readonly limits: readonly string[];
}

/** By name. An absent folder holds no models. `aside`: those that are not surely better in this repository. */
export async function describeModels(
  modelsFolder: string,
  aside: ReadonlySet<string> = new Set(),
): Promise<ModelDescription[]> {
  const names = await readdir(modelsFolder).catch((): string[] => []);
  return Promise.all(names.toSorted().map((name) => describeModel(modelsFolder, name, aside)));
}

async function describeModel(
  modelsFolder: string,
  name: string,
  aside: ReadonlySet<string>,
): Promise<ModelDescription> {
  const card = await readCard(path.join(modelsFolder, name, 'card.json'));
  if (card === null) return { name, version: '', date: '', summary: '', role: 'damaged', metrics: [], limits: [] };
  const { version, date, summary, metrics, limits, standsAside } = card;
  const role = standsAside || aside.has(name) ? 'stands aside' : 'decides';
  return { name, version, date, summary, role, metrics, limits };
}

async function readCard(file: string): Promise<Card | null> {
  try {
    return Card.safeParse(JSON.parse(await readFile(file, 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}
