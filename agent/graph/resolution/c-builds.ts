// Which sources are linked to one program: from CMakeLists.txt, and where that cannot be told everything of the build.
import type { RepoPath } from '../../protocol/ids.ts';
import { testsOfListing } from '../cmake-tests.ts';
import { CMakeListing } from './cmake-listing.ts';
import type { BuildTarget } from './build-target.ts';
import { folderOf, foldersUp } from './file-set.ts';
import type { FileSet } from './file-set.ts';

export interface Linked {
  /** Sources that are in the program, as far as they are known. */
  readonly sources: readonly RepoPath[];
  /** The folder of a build of which any source may be in it; null when all are known. */
  readonly wholeBuild: string | null;
}

const buildFile =
  /(?:^|\/)(?:CMakeLists\.txt|(?:GNU)?[mM]akefile(?:\.am|\.in)?|meson\.build|configure\.ac|BUILD(?:\.bazel)?|WORKSPACE(?:\.bazel)?|xmake\.lua|premake5\.lua|SConstruct|wscript|[^/]+\.vcxproj|build\.ninja|build\.zig)$/;

export class CBuilds {
  readonly listings: readonly CMakeListing[];
  /** Folders with a file of some build system. */
  readonly #folders: ReadonlySet<string>;
  readonly #bySource = new Map<RepoPath, { readonly listing: CMakeListing; readonly target: BuildTarget }[]>();

  /** Sources by which the tests of programs are known. */
  readonly #tested: ReadonlySet<RepoPath>;

  constructor(files: FileSet, read: (file: RepoPath) => string | null) {
    const found = [...files.all].filter((file) => buildFile.test(file));
    this.#folders = new Set(found.map(folderOf));
    this.listings = listingsOf(found.filter((file) => file.endsWith('CMakeLists.txt')).map(folderOf), files, read);
    this.#tested = new Set(
      this.listings.flatMap((listing) => testsOfListing(listing, files)).flatMap(({ sources }) => sources),
    );
    for (const listing of this.listings) {
      for (const target of listing.targets.values()) {
        for (const source of target.sources) {
          const places = this.#bySource.get(source);
          if (places === undefined) this.#bySource.set(source, [{ listing, target }]);
          else places.push({ listing, target });
        }
      }
    }
  }

  /** The outermost folder above a file that some build system knows; '' without one. */
  rootOf(file: string): string {
    return foldersUp(folderOf(file)).findLast((folder) => this.#folders.has(folder)) ?? '';
  }

  /** Whether a test that runs a program is known by this source of it. */
  standsForTest(file: RepoPath): boolean {
    return this.#tested.has(file);
  }

  /** What a program that has `file` among its sources is made of. */
  linkedWith(file: RepoPath): Linked {
    const places = this.#bySource.get(file) ?? [];
    const sources = new Set<RepoPath>();
    let isKnown = places.length > 0;
    for (const { listing, target } of places) {
      for (const program of programsWith(target, listing)) isKnown = addLinked(program, listing, sources) && isKnown;
    }
    return { sources: [...sources], wholeBuild: isKnown ? null : this.rootOf(file) };
  }
}

/** Outermost folders first; one that an outer listing included needs none of its own. */
function listingsOf(
  folders: readonly string[],
  files: FileSet,
  read: (file: RepoPath) => string | null,
): CMakeListing[] {
  const listings: CMakeListing[] = [];
  for (const folder of folders.toSorted((a, b) => a.length - b.length)) {
    if (listings.some((listing) => listing.entered.has(folder))) continue;
    listings.push(new CMakeListing(folder, files, read));
  }
  return listings;
}

/** A program is itself; of a library all programs that link it count, through whatever lies between. */
function programsWith(target: BuildTarget, { targets }: CMakeListing): Set<BuildTarget> {
  const found = new Set([target]);
  for (const each of found) {
    if (each.isProgram) continue;
    for (const user of targets.values()) if (user.links.has(each.name)) found.add(user);
  }
  return found;
}

/** Adds the sources of a target and of all that it links. False when something of it is not known. */
function addLinked(start: BuildTarget, { targets }: CMakeListing, sources: Set<RepoPath>): boolean {
  const hasUnknownTargets = [...targets.values()].some(({ name }) => /<\?|\$[<{]/.test(name));
  const seen = new Set([start]);
  let isKnown = true;
  for (const target of seen) {
    if (target.isOpen) isKnown = false;
    for (const source of target.sources) sources.add(source);
    for (const link of [...target.links, ...target.needs]) {
      const next = targets.get(link) ?? targets.get(link.replace(/^.*::/, ''));
      if (next !== undefined) seen.add(next);
      else if (hasUnknownTargets) isKnown = false;
    }
  }
  return isKnown;
}
