// The versions of the repository's own models, in its state: a file each, and one that says which is in use.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { LocalVersion } from '../protocol/prediction.ts';
import { LocalModel } from './local-model.ts';

const Use = z.object({ active: z.string().nullable(), before: z.array(z.string().nullable()) });
type Use = z.infer<typeof Use>;

/** Older versions that are not in use are forgotten. */
const keptVersions = 10;
/** So many steps can be taken back. */
const keptSteps = 20;

export interface LocalRegistry {
  /** The latest first; what cannot be used is among them, with the reason. */
  versions(name: string, features: readonly { readonly name: string }[]): Promise<LocalVersion[]>;
  /** Null where the shipped model stands alone, or the file cannot be used. */
  active(name: string, features: readonly { readonly name: string }[]): Promise<LocalModel | null>;
  save(model: LocalModel): Promise<void>;
  /** Null: the shipped model alone. The caller has seen that the version exists. */
  activate(name: string, version: string | null): Promise<void>;
  /** Back to what was in use before; undefined when nothing was. */
  rollBack(name: string): Promise<string | null | undefined>;
}

/** `folder` is made with the first model. */
export function createLocalRegistry(folder: string): LocalRegistry {
  const fileOf = (name: string, version: string) => path.join(folder, name, `${version}.json`);
  const useOf = async (name: string): Promise<Use> =>
    Use.safeParse(await readJson(path.join(folder, name, 'active.json'))).data ?? { active: null, before: [] };
  const writeUse = (name: string, use: Use) => writeJson(path.join(folder, name, 'active.json'), use);
  const load = async (name: string, version: string, features: readonly { readonly name: string }[]) =>
    usable(await readJson(fileOf(name, version)), { name, version, features });
  const namesOf = async (name: string) =>
    (await readdir(path.join(folder, name)).catch((): string[] => []))
      .filter((file) => /^[0-9a-f]{12}\.json$/.test(file))
      .map((file) => file.slice(0, -5));
  return {
    async versions(name, features) {
      const { active } = await useOf(name);
      const all = await Promise.all(
        (await namesOf(name)).map(async (version): Promise<LocalVersion> => {
          const { model, problem } = await load(name, version, features);
          if (model === null) return { version, createdAt: 0, rows: 0, isActive: false, figures: null, problem };
          const { createdAt, rows, figures } = model;
          return { version, createdAt, rows, isActive: version === active, figures, problem: null };
        }),
      );
      return all.toSorted((one, other) => other.createdAt - one.createdAt || (one.version < other.version ? -1 : 1));
    },
    async active(name, features) {
      const { active } = await useOf(name);
      return active === null ? null : (await load(name, active, features)).model;
    },
    async save(model) {
      await writeJson(fileOf(model.name, model.version), model);
      await forgetOld(folder, model.name, (await useOf(model.name)).active);
    },
    async activate(name, version) {
      const { active, before } = await useOf(name);
      if (active !== version)
        await writeUse(name, { active: version, before: [active, ...before].slice(0, keptSteps) });
    },
    async rollBack(name) {
      const { before } = await useOf(name);
      const known = new Set<string | null>([null, ...(await namesOf(name))]);
      const at = before.findIndex((version) => known.has(version));
      if (at < 0) return undefined;
      await writeUse(name, { active: before[at] ?? null, before: before.slice(at + 1) });
      return before[at] ?? null;
    },
  };
}

interface Wanted {
  readonly name: string;
  readonly version: string;
  readonly features: readonly { readonly name: string }[];
}

function usable(
  value: unknown,
  { name, version, features }: Wanted,
): { readonly model: LocalModel | null; readonly problem: string } {
  const parsed = LocalModel.safeParse(value);
  if (!parsed.success) return { model: null, problem: 'the file is damaged' };
  const model = parsed.data;
  if (model.name !== name || model.version !== version)
    return { model: null, problem: `the file is that of ${model.name} ${model.version}` };
  const isSame =
    model.features.length === features.length && model.features.every((each, index) => each === features[index]?.name);
  if (!isSame || model.weights.length !== features.length)
    return { model: null, problem: 'it was made for other features than this version computes' };
  return { model, problem: '' };
}

async function forgetOld(folder: string, name: string, active: string | null): Promise<void> {
  const inFolder = path.join(folder, name);
  const files = (await readdir(inFolder)).filter(
    (file) => /^[0-9a-f]{12}\.json$/.test(file) && file !== `${active}.json`,
  );
  const aged = await Promise.all(
    files.map(async (file) => ({
      file,
      at: LocalModel.safeParse(await readJson(path.join(inFolder, file))).data?.createdAt ?? 0,
    })),
  );
  const old = aged.toSorted((one, other) => other.at - one.at).slice(keptVersions);
  await Promise.all(old.map(({ file }) => rm(path.join(inFolder, file), { force: true })));
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Whole or not at all: a crash leaves the file that was there. */
async function writeJson(file: string, value: unknown): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}.new`;
  await writeFile(aside, JSON.stringify(value));
  await rename(aside, file);
}
