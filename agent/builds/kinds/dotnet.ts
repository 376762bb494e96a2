// Projects of .NET, each built by itself; what solutions name, else every project that there is.
import { posix } from 'node:path';
import { toolTarget } from '../found-target.ts';
import { folderOf, foldersUp, inRepository, isWithin, under } from '../paths.ts';
import { escapePattern, everythingIn } from '../patterns.ts';
import { filesNamed, type TargetKind } from './target-kind.ts';
import { parseXml, type XmlElement } from './xml.ts';

export const dotnet: TargetKind = {
  name: 'dotnet',
  find({ tree, read }) {
    const solutions = filesNamed(tree, (name) => name.endsWith('.sln') || name.endsWith('.slnx'));
    const listed = new Set(solutions.flatMap((path) => projectsIn(folderOf(path), read(path) ?? '')));
    const all = filesNamed(tree, (name) => /\.(cs|fs|vb)proj$/.test(name));
    const projects = all.filter((path) => listed.size === 0 || listed.has(path));
    const idOf = (path: string) => `dotnet:${posix.basename(path).replace(/\.\w+$/, '')}`;
    return projects.map((path) => {
      const folder = folderOf(path);
      const referenced = referencesIn(parseXml(read(path))).flatMap((each) => inRepository(folder, each) ?? []);
      const shared = foldersUp(folder)
        .flatMap((each) =>
          [
            'Directory.Build.props',
            'Directory.Build.targets',
            'Directory.Packages.props',
            'global.json',
            'NuGet.config',
            'nuget.config',
          ].map((file) => under(each, file)),
        )
        .filter((file) => tree.has(file) && !isWithin(folder, file));
      return toolTarget({
        id: idOf(path),
        kind: 'dotnet',
        folder,
        command: `dotnet build --nologo --verbosity quiet "${posix.basename(path)}"`,
        language: 'csharp',
        inputs: [everythingIn(folder), `!${everythingIn(under(folder, 'obj'))}`, ...shared.map(escapePattern)],
        outputs: [everythingIn(under(folder, 'bin'))],
        foundIn: path,
        tools: ['dotnet'],
        needs: projects.filter((other) => referenced.includes(other)).map(idOf),
      });
    });
  },
};

/** Paths in a solution, as text (.sln) or XML (.slnx); backslashes are how they are written everywhere. */
function projectsIn(folder: string, text: string): string[] {
  const named = [...text.matchAll(/["']([^"'\n]+\.(?:cs|fs|vb)proj)["']/g)].map(([, path = '']) =>
    path.replaceAll('\\', '/'),
  );
  return named.flatMap((path) => inRepository(folder, path) ?? []);
}

function referencesIn(element: XmlElement | null): string[] {
  if (element === null) return [];
  const own = element.name === 'ProjectReference' ? (element.attributes['Include'] ?? '').replaceAll('\\', '/') : '';
  return [...(own === '' ? [] : [own]), ...element.children.flatMap(referencesIn)];
}
