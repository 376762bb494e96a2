// Projects of JavaScript or Python that load native code: which function of it a script calls, nobody can tell, so all of
// their scripts depend on all of it. One native file stands for the others, so that this takes one edge a file.
import type { RepoPath } from '../../protocol/ids.ts';
import { folderOf, foldersUp } from './file-set.ts';
import type { FileSet } from './file-set.ts';
import { compiledLanguageOf } from './languages.ts';

const manifest = /(?:^|\/)(?:binding\.gyp|package\.json|pyproject\.toml|setup\.py|setup\.cfg|meson\.build)$/;

const nativeTools: readonly (readonly [name: RegExp, text: RegExp])[] = [
  [/binding\.gyp$/, /sources/],
  [
    /package\.json$/,
    /\b(?:node-gyp|napi|neon|prebuildify|cmake-js|wasm-pack|wasm-bindgen|node-addon-api|emscripten)\b|"(?:@napi-rs|@neon-rs)\//,
  ],
  [
    /(?:pyproject\.toml|setup\.py|setup\.cfg)$/,
    /\bext_modules\b|\bExtension\s*\(|\b(?:maturin|cython|pybind11|nanobind|scikit[-_]build\w*|mesonpy|meson-python|cffi|cffi_modules|setuptools[-_](?:rust|golang)|rust_extensions|pyo3|swig)\b/i,
  ],
  [/meson\.build$/, /\bextension_module\s*\(/],
];

export class NativeProjects {
  /** Native files of each project by its folder; the first stands for all. */
  readonly #projects = new Map<string, readonly RepoPath[]>();

  constructor(files: FileSet, read: (file: RepoPath) => string | null) {
    const isNative = (file: RepoPath) => {
      const language = compiledLanguageOf(file);
      return language === 'c' || language === 'rust' || language === 'go';
    };
    if (![...files.all].some(isNative)) return;
    for (const file of files.all) {
      if (!manifest.test(file) || this.#projects.has(folderOf(file)) || !loadsNative(file, read)) continue;
      const native = files.below(folderOf(file), isNative);
      if (native.length > 0) this.#projects.set(folderOf(file), native);
    }
  }

  /** The native file that a script depends on; null outside of such a project. */
  standingFor(script: RepoPath): RepoPath | null {
    if (this.#projects.size === 0) return null;
    for (const folder of foldersUp(folderOf(script))) {
      const native = this.#projects.get(folder);
      if (native !== undefined) return native[0] ?? null;
    }
    return null;
  }

  /** What a native file stands for. */
  stoodForBy(file: RepoPath): readonly RepoPath[] {
    return [...this.#projects.values()].flatMap((native) => (native[0] === file ? native : []));
  }
}

function loadsNative(file: RepoPath, read: (file: RepoPath) => string | null): boolean {
  const text = nativeTools.find(([name]) => name.test(file))?.[1];
  return text !== undefined && text.test(read(file) ?? '');
}
