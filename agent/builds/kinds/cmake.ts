// CMake projects: their build presets, else a build in a folder outside of the work tree, which is kept for the next time.
import { z } from 'zod';
import { parseJsonWithComments } from '../../platform/json-with-comments.ts';
import { scratchFolder } from '../scratch.ts';
import { toolTarget } from '../found-target.ts';
import { folderOf, foldersUp, under } from '../paths.ts';
import { everythingIn } from '../patterns.ts';
import { filesNamed, type TargetKind } from './target-kind.ts';

const Preset = z.object({
  name: z.string(),
  hidden: z.boolean().default(false),
  configurePreset: z.string().optional(),
});
const PresetsFile = z.object({
  configurePresets: z.array(Preset).default([]),
  buildPresets: z.array(Preset).default([]),
});

export const cmake: TargetKind = {
  name: 'cmake',
  find({ tree, read }) {
    const lists = filesNamed(tree, (name) => name === 'CMakeLists.txt');
    const folders = new Set(lists.map(folderOf));
    const outermost = lists.filter(
      (path) =>
        !foldersUp(folderOf(path))
          .slice(1)
          .some((above) => folders.has(above)),
    );
    return outermost.flatMap((path) => {
      const folder = folderOf(path);
      const name = folder === '' ? 'root' : folder;
      const common = {
        kind: 'cmake',
        folder,
        language: 'cpp' as const,
        inputs: [everythingIn(folder)],
        tools: ['cmake'],
      };
      const presetsPath = tree.below(folder).find((each) => each === under(folder, 'CMakePresets.json'));
      const presets = presetsPath === undefined ? [] : buildPresets(read(presetsPath) ?? '');
      if (presetsPath === undefined || presets.length === 0) {
        const command = `cmake -S . -B ${scratchFolder} && cmake --build ${scratchFolder}`;
        return [toolTarget({ ...common, id: `cmake:${name}`, command, foundIn: path })];
      }
      return presets.map(({ preset, configure }) => {
        const command = `cmake --preset ${configure} && cmake --build --preset ${preset}`;
        return toolTarget({
          ...common,
          id: `cmake:${name}:${preset}`,
          command,
          foundIn: `${presetsPath} build preset ${preset}`,
        });
      });
    });
  },
};

/** Build presets with what configures them; names that a shell would take apart are left out. */
function buildPresets(text: string): { preset: string; configure: string }[] {
  const parsed = PresetsFile.safeParse(parseJsonWithComments(text)).data;
  if (parsed === undefined) return [];
  const configured = new Set(parsed.configurePresets.filter(({ hidden }) => !hidden).map(({ name }) => name));
  return parsed.buildPresets.flatMap(({ name, hidden, configurePreset }) => {
    const isUsable = !hidden && configurePreset !== undefined && configured.has(configurePreset);
    const isPlain = /^[\w.+-]+$/.test(`${name}${configurePreset ?? ''}`);
    return isUsable && isPlain ? [{ preset: name, configure: configurePreset }] : [];
  });
}
