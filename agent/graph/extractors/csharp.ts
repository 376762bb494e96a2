// C#: namespaces, usings, declared types and extension methods, and the names that a file uses.
import type { Extractor, FileFacts, ImportFact } from '../facts.ts';
import { csharpDialect, readBraceText } from './brace-text.ts';
import type { BraceText } from './brace-text.ts';
import { captured, collectFacts, namesFact, pathMentions } from './named-things.ts';
import type { ReadSymbols } from './syntax-symbols.ts';

export const csharpExtensions = ['.cs'] as const;

/** The extractor for .cs. */
export function createCSharpExtractor(readSymbols: ReadSymbols): Extractor {
  return {
    id: 'csharp',
    extensions: csharpExtensions,
    extract: csharpFacts,
    symbols: (_path, text) => readSymbols('c-sharp', text),
  };
}

const identifier = /[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/g;

function csharpFacts(path: string, text: string): FileFacts {
  const source = readBraceText(text, csharpDialect);
  const { code } = source;
  const namespaces = [...captured(code, /\bnamespace\s+([\w.@]+)/g)];
  const declared = new Set(declaredNames(code));
  const isScanning =
    /\b(?:GetTypes|GetExportedTypes|DefinedTypes|AssemblyCatalog|RegisterAssembly\w*|FromAssembly\w*|ScanAssembly\w*|AddClasses|WebApplicationFactory)\b/.test(
      code,
    );
  return collectFacts({
    imports: [
      ...(namespaces.length === 0 ? [''] : namespaces).map((specifier): ImportFact => ({ kind: 'scope', specifier })),
      namesFact('declares', declared),
      namesFact('names', usedNames(source)),
      ...usings(code),
      ...pathMentions(source),
      ...(isScanning ? [{ kind: 'trait', specifier: 'scan' } as const] : []),
      ...(/\b(?:void|int|Task(?:<int>)?)\s+Main\s*\(/.test(code) || path.endsWith('Program.cs')
        ? [{ kind: 'trait', specifier: 'main' } as const]
        : []),
    ],
    notes: isScanning
      ? ['types are found by looking through assemblies, so all of the project and of those it references counts']
      : [],
    definesTests:
      /\[\s*(?:\w+\s*[,(][^\]]{0,300})?\b(?:Fact|Theory|Test|TestCase|TestCaseSource|TestMethod|DataTestMethod|SkippableFact|Property|Scenario|Benchmark)(?:Attribute)?\b/.test(
        code,
      ),
  });
}

/** Types wherever they stand, and extension methods, which are found by the name of the method alone. */
function* declaredNames(code: string): Generator<string> {
  yield* captured(
    code,
    /\b(?:class|interface|enum|struct|record(?:\s+(?:class|struct))?)\s+@?([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)/g,
  );
  yield* captured(code, /\bdelegate\s+[^;({]{1,300}?\s(\w+)\s*(?:<[^;({]{0,300}>)?\s*\(/g);
  for (const match of code.matchAll(/\(\s*(?:\[[^\]]{0,300}\]\s*)?this\s/g))
    yield /(\w+)\s*(?:<[^;(){}]{0,300}>)?\s*$/.exec(code.slice(Math.max(0, match.index - 300), match.index))?.[1] ?? '';
  // Members of an extension block of C# 14.
  for (const match of code.matchAll(/\bextension\s*(?:<[^>]*>)?\s*\(/g))
    yield* captured(code.slice(match.index, match.index + 20_000), /\bpublic\s+[^;={}]{0,300}?\b(\w+)\s*[({=]/g);
}

/** Every name in the code, and those inside of interpolated strings and of texts that may name a type. */
function* usedNames({ code, strings }: BraceText): Generator<string> {
  for (const name of captured(code, identifier)) if (!words.has(name)) yield name;
  for (const { value, isInterpolated } of strings) {
    if (isInterpolated) yield* captured(value, /[A-Z_]\w*/g);
    else if (/^[A-Za-z_][\w.+]*(?:,\s*[\w.]+)?$/.test(value)) yield* captured(value.split(',')[0] ?? '', /\w+/g);
  }
}

/** `using A.B;`, `global using static A.B.C;`, `using X = A.B.C;`. A global one has `global ` in front. */
function* usings(code: string): Generator<ImportFact> {
  for (const match of code.matchAll(
    /^[ \t]*(global\s+)?using\s+(?:static\s+|unsafe\s+)*(?:(\w+)\s*=\s*)?(?:global::)?([\w.]+)[^;(\n]*;/gm,
  ))
    yield { kind: 'use', specifier: `${match[1] === undefined ? '' : 'global '}${match[3] ?? ''}` };
}

const words: ReadonlySet<string> = new Set(
  'abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false finally fixed float for foreach get global goto if implicit in init int interface internal is lock long namespace new null object operator out override params partial private protected public readonly record ref required return sbyte sealed set short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using value var virtual void volatile when where while yield async await nameof'.split(
    ' ',
  ),
);
