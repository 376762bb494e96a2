// Plain Makefiles of C and C++ projects: their first goal.
import { toolTarget } from '../found-target.ts';
import { folderOf, foldersUp, under } from '../paths.ts';
import { everythingIn } from '../patterns.ts';
import { filesNamed, hasSources, type TargetKind } from './target-kind.ts';

const makefile = /^(GNUmakefile|makefile|Makefile)$/;
/** Where another tool makes the Makefile, or is what people build with. */
const others = ['CMakeLists.txt', 'configure.ac', 'configure.in', 'configure', 'Makefile.am', 'meson.build'];
const source = /\.(c|cc|cpp|cxx)$/i;

export const make: TargetKind = {
  name: 'make',
  find({ tree }) {
    const files = filesNamed(tree, (name) => makefile.test(name));
    const folders = new Set(files.map(folderOf));
    // What is made by another Makefile further up is made there.
    const outermost = files.filter(
      (path) =>
        !foldersUp(folderOf(path))
          .slice(1)
          .some((above) => folders.has(above)),
    );
    return outermost.flatMap((path) => {
      const folder = folderOf(path);
      const isOfOther = others.some((file) => tree.has(under(folder, file)));
      if (isOfOther || !hasSources(tree, folder, source)) return [];
      const name = folder === '' ? 'root' : folder;
      return toolTarget({
        id: `make:${name}`,
        kind: 'make',
        folder,
        command: 'make',
        language: 'cpp',
        inputs: [everythingIn(folder)],
        foundIn: path,
        tools: ['make', 'cc'],
      });
    });
  },
};
