// package.json, as far as finding test runners needs it. What does not fit is left out, never an error.
import { z } from 'zod';

const Strings = z.record(z.string(), z.string().catch('')).catch({});
const Wireit = z.object({
  command: z.string().catch(''),
  dependencies: z
    .array(z.union([z.string(), z.object({ script: z.string() }).transform((each) => each.script)]).catch(''))
    .catch([]),
});

const ManifestSchema = z.object({
  name: z.string().catch(''),
  type: z.string().catch('commonjs'),
  packageManager: z.string().catch(''),
  scripts: Strings,
  dependencies: Strings,
  devDependencies: Strings,
  wireit: z.record(z.string(), Wireit).catch({}),
  workspaces: z
    .union([z.array(z.string()), z.object({ packages: z.array(z.string()) }).transform((each) => each.packages)])
    .catch([]),
  jest: z.unknown().optional(),
  mocha: z.unknown().optional(),
});

/** A package.json. */
export type Manifest = z.infer<typeof ManifestSchema>;

/** Reads a package.json; null when it is not an object in JSON. */
export function parseManifest(text: string): Manifest | null {
  try {
    return ManifestSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Whether the package itself asks for `name`. */
export function dependsOn(manifest: Manifest, name: string): boolean {
  return name in manifest.dependencies || name in manifest.devDependencies;
}
