// Coverage as other tools read it (lcov, Cobertura) and as people do.
import { counted } from '../../protocol/quantities.ts';
import type { CoverageFormat } from '../../protocol/coverage.ts';
import { countOf, rangesOf, type MergedFile } from './merged-coverage.ts';

export interface ExportOptions {
  /** Absolute. */
  readonly root: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Files in the order in which they are given. */
export function exportCoverage(
  format: CoverageFormat,
  files: readonly MergedFile[],
  options: ExportOptions,
): { contentType: string; text: string } {
  switch (format) {
    case 'lcov':
      return { contentType: 'text/plain; charset=utf-8', text: files.map(lcovRecord).join('') };
    case 'cobertura':
      return { contentType: 'application/xml; charset=utf-8', text: cobertura(files, options) };
    case 'text':
      return { contentType: 'text/plain; charset=utf-8', text: table(files) };
  }
}

/** How often is not known, only whether: 1 or 0. */
function lcovRecord({ path, lines, functions }: MergedFile): string {
  const named = functions.map((each) => ({
    ...each,
    name: each.name === '' ? `(anonymous:${each.startLine})` : each.name,
  }));
  const functionCount = countOf(named.map(({ executed }) => executed));
  const lineCount = countOf(lines.values());
  return [
    'TN:',
    `SF:${path}`,
    ...named.map(({ name, startLine, endLine }) => `FN:${startLine},${endLine},${name}`),
    ...named.map(({ name, executed }) => `FNDA:${executed ? 1 : 0},${name}`),
    `FNF:${functionCount.total}`,
    `FNH:${functionCount.covered}`,
    ...[...lines].map(([line, ran]) => `DA:${line},${ran ? 1 : 0}`),
    `LF:${lineCount.total}`,
    `LH:${lineCount.covered}`,
    'end_of_record',
    '',
  ].join('\n');
}

function cobertura(files: readonly MergedFile[], { root, at }: ExportOptions): string {
  const folders = Map.groupBy(files, ({ path }) => path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  const all = countOf(files.flatMap(({ lines }) => [...lines.values()]));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">',
    `<coverage line-rate="${rate(all)}" branch-rate="0" lines-covered="${all.covered}" lines-valid="${all.total}" branches-covered="0" branches-valid="0" complexity="0" version="noodle" timestamp="${Math.floor(at / 1000)}">`,
    `  <sources><source>${xml(root)}</source></sources>`,
    '  <packages>',
    ...[...folders].flatMap(([folder, inside]) => coberturaPackage(folder, inside)),
    '  </packages>',
    '</coverage>',
    '',
  ].join('\n');
}

function coberturaPackage(folder: string, files: readonly MergedFile[]): string[] {
  const count = countOf(files.flatMap(({ lines }) => [...lines.values()]));
  return [
    `    <package name="${xml(folder === '' ? '.' : folder.replaceAll('/', '.'))}" line-rate="${rate(count)}" branch-rate="0" complexity="0">`,
    '      <classes>',
    ...files.flatMap(coberturaClass),
    '      </classes>',
    '    </package>',
  ];
}

function coberturaClass({ path, lines, functions }: MergedFile): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return [
    `        <class name="${xml(name)}" filename="${xml(path)}" line-rate="${rate(countOf(lines.values()))}" branch-rate="0" complexity="0">`,
    '          <methods>',
    ...functions.map(
      (each) =>
        `            <method name="${xml(each.name === '' ? `(anonymous:${each.startLine})` : each.name)}" signature="()" line-rate="${each.executed ? 1 : 0}" branch-rate="0" complexity="0"><lines><line number="${each.startLine}" hits="${each.executed ? 1 : 0}"/></lines></method>`,
    ),
    '          </methods>',
    '          <lines>',
    ...[...lines].map(([line, ran]) => `            <line number="${line}" hits="${ran ? 1 : 0}"/>`),
    '          </lines>',
    '        </class>',
  ];
}

function rate({ covered, total }: { covered: number; total: number }): string {
  return total === 0 ? '1' : (covered / total).toFixed(4);
}

/** Characters that XML knows no way to write are left out. */
function xml(text: string): string {
  const escaped = text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  // oxlint-disable-next-line no-control-regex -- those are what it is about
  return escaped.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
}

const shownRanges = 6;

function table(files: readonly MergedFile[]): string {
  const rows = files.map((file) => [
    file.path + (file.isOutdated ? ' (changed since)' : ''),
    ...figures([file]),
    missedText(file),
  ]);
  const all = [[`all: ${counted(files.length, 'file')}`, ...figures(files), ''], ...rows];
  const head = ['file', 'lines', 'functions', 'lines that no test runs'];
  const widths = head.map((title, column) => Math.max(title.length, ...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 3 ? cell : column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [head, ...all].map(line).join('\n');
}

function figures(files: readonly MergedFile[]): [string, string] {
  return [
    percent(countOf(files.flatMap(({ lines }) => [...lines.values()]))),
    percent(countOf(files.flatMap(({ functions }) => functions.map(({ executed }) => executed)))),
  ];
}

function percent({ covered, total }: { covered: number; total: number }): string {
  return total === 0 ? '–' : `${((covered / total) * 100).toFixed(1)} %`;
}

function missedText({ lines }: MergedFile): string {
  const ranges = rangesOf(lines, false).map(([start, end]) => (start === end ? String(start) : `${start}–${end}`));
  return ranges.length > shownRanges
    ? `${ranges.slice(0, shownRanges).join(', ')} and ${ranges.length - shownRanges} more`
    : ranges.join(', ');
}
