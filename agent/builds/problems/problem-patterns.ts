// How compilers write down problems, one shape each. Lines come without colours and without the newline.

/** A problem as it stands in the output. */
export interface FoundProblem {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly code?: string;
}

/** What a line means, given what came before it. */
export type LineMeaning =
  | { readonly kind: 'problem'; readonly problem: FoundProblem }
  /** A message whose place follows: `✘ [ERROR] Could not resolve "./x"`. */
  | {
      readonly kind: 'message';
      readonly severity: 'error' | 'warning';
      readonly message: string;
      readonly code?: string;
    }
  /** A place whose message follows: `ERROR in ./src/a.ts 3:9`. */
  | {
      readonly kind: 'place';
      readonly file: string;
      readonly line: number;
      readonly column?: number;
      readonly severity: 'error' | 'warning';
      /** Where the message stands: before it, right below it, or on either side (the default). */
      readonly message?: 'above' | 'below';
    }
  /** A file that the lines below are about, as eslint prints it. */
  | { readonly kind: 'file'; readonly file: string };

type Groups = Readonly<Record<string, string | undefined>>;

interface Shape {
  readonly expression: RegExp;
  meaning(groups: Groups): LineMeaning;
}

const shapes: readonly Shape[] = [
  // tsc: src/a.ts(3,9): error TS2322: Type …   and with --pretty: src/a.ts:3:9 - error TS2322: Type …
  {
    expression:
      /^(?<file>[^\s(].*?)(?:\((?<line>\d+),(?<column>\d+)\):|:(?<line2>\d+):(?<column2>\d+) -) (?<severity>error|warning) (?<code>TS\d+): (?<message>.+)$/,
    meaning: (groups) =>
      problem({ ...groups, line: groups['line'] ?? groups['line2'], column: groups['column'] ?? groups['column2'] }),
  },
  // esbuild: ✘ [ERROR] Could not resolve "./x" [plugin name]
  {
    expression: /^(?:✘|▲|X|>) \[(?<severity>ERROR|WARNING)\] (?<message>.+)$/,
    meaning: (groups) => ({
      kind: 'message',
      severity: severityOf(groups['severity']),
      message: groups['message'] ?? '',
    }),
  },
  // esbuild's place, two lines below:     src/a.ts:3:9:
  { expression: /^ {4}(?<file>\S.*?):(?<line>\d+):(?<column>\d+):$/, meaning: (groups) => place(groups, 'error') },
  // webpack: ERROR in ./src/a.ts 3:9-20
  {
    expression: /^(?<severity>ERROR|WARNING) in (?<file>\S+?)[: ](?<line>\d+):(?<column>\d+)(?:-[\d:]+)?$/,
    meaning: (groups) => place(groups, severityOf(groups['severity'])),
  },
  // rollup: src/a.ts (3:9): "x" is not exported by "src/b.ts"
  {
    expression: /^(?:\[!\] |RollupError: )*(?<file>[^\s()]+\.\w+) \((?<line>\d+):(?<column>\d+)\):? (?<message>.+)$/,
    meaning: problem,
  },
  // babel and swc: SyntaxError: /path/a.js: Unexpected token (3:9)
  {
    expression:
      /^(?:\[.*?\] )?(?:SyntaxError|Error|Build failed)[^:]*: (?<file>[^\s:()]+\.\w+): (?<message>.+?) \((?<line>\d+):(?<column>\d+)\)$/,
    meaning: problem,
  },
  // csc and msbuild: Program.cs(3,9): error CS0103: The name 'x' does not exist [/path/app.csproj]
  {
    expression:
      /^\s*(?<file>[^\s()][^()]*)\((?<line>\d+)(?:,(?<column>\d+))?(?:,\d+,\d+)?\) ?: (?<severity>error|warning) (?<code>[A-Z]+\d+): (?<message>.+?)(?: \[[^\]]+proj(?:::[^\]]*)?\])?$/,
    meaning: problem,
  },
  // Maven: [ERROR] /path/A.java:[3,9] cannot find symbol
  {
    expression: /^\[(?<severity>ERROR|WARNING)\] (?<file>\S.*?\.\w+):\[(?<line>\d+),(?<column>\d+)\] (?<message>.+)$/,
    meaning: problem,
  },
  // go build and go vet: ./main.go:6:14: cannot use "x" as int value
  {
    expression: /^(?:vet: )?(?<file>(?:[A-Za-z]:)?[^\s:]+\.go):(?<line>\d+)(?::(?<column>\d+))?: (?<message>.+)$/,
    meaning: problem,
  },
  // Kotlin: e: file:///path/A.kt:3:9 Unresolved reference: x
  {
    expression: /^(?<severity>[ew]): (?:file:\/\/)?(?<file>\S+\.kts?):(?<line>\d+):(?<column>\d+):? (?<message>.+)$/,
    meaning: (groups) => problem({ ...groups, severity: groups['severity'] === 'w' ? 'warning' : 'error' }),
  },
  // rustc: error[E0308]: mismatched types
  {
    expression: /^(?<severity>error|warning)(?:\[(?<code>\w+)\])?: (?<message>.+)$/,
    meaning: ({ severity, code, message = '' }) => ({
      kind: 'message',
      severity: severityOf(severity),
      message,
      ...(code === undefined ? {} : { code }),
    }),
  },
  // rustc's place, right below:  --> src/main.rs:2:18
  {
    expression: /^ *--> (?<file>\S.*?):(?<line>\d+):(?<column>\d+)$/,
    meaning: (groups) => ({ ...place(groups, 'error'), message: 'above' }),
  },
  // CMake, with the message below: CMake Error at CMakeLists.txt:3 (find_package):
  {
    expression: /^CMake (?<severity>Error|Warning)(?: \(dev\))? at (?<file>\S.*?):(?<line>\d+)(?: \(\w+\))?:$/,
    meaning: (groups) => ({ ...place(groups, severityOf(groups['severity'])), message: 'below' }),
  },
  // make: Makefile:2: *** missing separator.  Stop.
  {
    expression: /^(?<file>[^\s:]*[Mm]akefile[^\s:]*|[^\s:]+\.mk):(?<line>\d+): \*\*\* (?<message>.+?)(?: +Stop\.)?$/,
    meaning: problem,
  },
  // ld: /path/l.c:2: undefined reference to `f'
  {
    expression:
      /^(?:\S*ld: )?(?<file>(?:[A-Za-z]:)?[^\s:]+\.\w+):(?<line>\d+): (?<message>(?:undefined reference to|multiple definition of) .+)$/,
    meaning: problem,
  },
  // pyright:   /path/a.py:2:12 - error: Type "int" is not assignable … (reportReturnType)
  {
    expression:
      /^\s*(?<file>\S.*?):(?<line>\d+):(?<column>\d+) - (?<severity>error|warning): (?<message>.+?)(?: \((?<code>report\w+)\))?$/,
    meaning: problem,
  },
  // mypy: a.py:2: error: Incompatible return value type  [return-value]
  {
    expression:
      /^(?<file>[^\s:]+\.pyi?):(?<line>\d+)(?::(?<column>\d+))?(?::\d+:\d+)?: (?<severity>error|warning): (?<message>.+?)(?: {2}\[(?<code>[\w-]+)\])?$/,
    meaning: problem,
  },
  // gcc, clang, javac and many more: src/a.c:3:9: error: message [code]
  {
    expression:
      /^(?<file>(?:[A-Za-z]:)?[^\s:()][^:()]*):(?<line>\d+)(?::(?<column>\d+))?:? (?<severity>(?:fatal )?error|warning)(?:\[(?<code>\w+)\])?: (?<message>.+)$/,
    meaning: problem,
  },
  // Python: File "a.py", line 3
  {
    expression: /^\s*(?:\*\*\* )?File "(?<file>[^"<>]+)", line (?<line>\d+)/,
    meaning: (groups) => place(groups, 'error'),
  },
  // What ends a Python traceback: SyntaxError: invalid syntax
  {
    expression: /^(?<message>(?:\w+\.)*\w*(?:Error|Exception): .+)$/,
    meaning: (groups) => ({ kind: 'message', severity: 'error', message: groups['message'] ?? '' }),
  },
  // eslint:   3:9  error  'x' is not defined  no-undef
  {
    expression:
      /^ +(?<line>\d+):(?<column>\d+) +(?<severity>error|warning) +(?<message>.+?)(?: {2,}(?<code>[\w@/-]+))?$/,
    meaning: (groups) => problem({ ...groups, file: '' }),
  },
  // eslint's heading: the file alone on its line
  {
    expression: /^(?<file>(?:\/|[A-Za-z]:\\|\.{0,2}[\w@-])[^:*?"<>|]*\.\w+)$/,
    meaning: (groups) => ({ kind: 'file', file: groups['file'] ?? '' }),
  },
];

/** Lines longer than this are data, not messages. */
const longestLine = 2000;

/** What the line says, or null. A problem without a file is about the one named last. */
export function meaningOf(line: string): LineMeaning | null {
  if (line.length > longestLine) return null;
  for (const { expression, meaning } of shapes) {
    const groups = expression.exec(line)?.groups;
    if (groups !== undefined) return meaning(groups);
  }
  return null;
}

function problem(groups: Groups): LineMeaning {
  const { file = '', line, column, message = '', code } = groups;
  const severity = severityOf(groups['severity']);
  const at = { file, line: Number(line), ...(column === undefined ? {} : { column: Number(column) }) };
  return { kind: 'problem', problem: { ...at, severity, message, ...(code === undefined ? {} : { code }) } };
}

function place(
  { file = '', line, column }: Groups,
  severity: 'error' | 'warning',
): Extract<LineMeaning, { kind: 'place' }> {
  return {
    kind: 'place',
    file,
    line: Number(line),
    severity,
    ...(column === undefined ? {} : { column: Number(column) }),
  };
}

function severityOf(word: string | undefined): 'error' | 'warning' {
  return word?.toLowerCase() === 'warning' ? 'warning' : 'error';
}
