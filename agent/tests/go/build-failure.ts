// Before Go 1.24 compilers and vet report a package's errors on standard error, each block under `# import/path [import/path.test]`.

/** What stands there of one package; '' when nothing does. */
export function buildFailure(errors: string, importPath: string): string {
  let isOwn = false;
  const own: string[] = [];
  for (const line of errors.split('\n')) {
    if (line.startsWith('# ')) {
      const [named = ''] = line
        .slice(2)
        .replace('[', '')
        .split(/[\s\]]/);
      isOwn = named === importPath || named === `${importPath}_test`;
    } else if (isOwn) own.push(line);
  }
  // A package that cannot be loaded at all has no block; it is named in the text.
  const text = own.join('\n').trim();
  return text === '' && errors.includes(importPath) ? errors.trim() : text;
}
