// Reads what benchmark programs write.
import { z } from 'zod';
import { failure, success, type Result } from '../protocol/failure.ts';
import { BenchmarkOutput, type BenchmarkFormat } from '../protocol/performance.ts';

/** The samples that one run of a program took of one benchmark. */
export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly samples: readonly number[];
}

/** What one run wrote. */
export function readSamples(format: BenchmarkFormat, text: string): Result<Measured[]> {
  const read = format === 'go' ? success(readGo(text)) : readJson(format, text);
  if (!read.ok || read.value.length > 0) return read;
  return failure('invalid_input', `it wrote no benchmark of the format ${format}`);
}

function readJson(format: Exclude<BenchmarkFormat, 'go'>, text: string): Result<Measured[]> {
  const parsed = parseJson(text);
  if (parsed === undefined) return failure('invalid_input', `it wrote no JSON where the format ${format} is expected`);
  switch (format) {
    case 'json':
      return shaped(format, BenchmarkOutput.safeParse(parsed), ({ benchmarks }) => benchmarks);
    case 'vitest':
      return shaped(format, VitestReport.safeParse(parsed), readVitest);
    case 'pytest':
      return shaped(format, PytestReport.safeParse(parsed), readPytest);
  }
}

function shaped<T>(
  format: BenchmarkFormat,
  parsed: z.ZodSafeParseResult<T>,
  read: (value: T) => Measured[],
): Result<Measured[]> {
  if (parsed.success) return success(read(parsed.data));
  const [issue] = parsed.error.issues;
  return failure(
    'invalid_input',
    `what it wrote is not of the format ${format}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}

/** Undefined when it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of `vitest bench --outputJson`. Samples are in it only where the configuration says `includeSamples`. */
const VitestReport = z.object({
  files: z.array(
    z.object({
      filepath: z.string(),
      groups: z.array(
        z.object({
          fullName: z.string(),
          benchmarks: z.array(
            z.object({
              name: z.string(),
              samples: z.array(z.number()).default([]),
              median: z.number().optional(),
              // Without a value where the benchmark threw.
              mean: z.number().nullish(),
            }),
          ),
        }),
      ),
    }),
  ),
});

function readVitest({ files }: z.infer<typeof VitestReport>): Measured[] {
  return files
    .flatMap(({ groups }) => groups)
    .flatMap(({ fullName, benchmarks }) =>
      benchmarks.map(({ name, samples, median, mean }) => ({
        name: `${fullName} > ${name}`,
        unit: 'ms',
        better: 'lower' as const,
        samples: samples.length > 0 ? samples : [median ?? mean].filter((value) => typeof value === 'number'),
      })),
    )
    .filter(({ samples }) => samples.length > 0);
}

/** Of pytest-benchmark's `--benchmark-json`. Its times are of one call, in seconds. */
const PytestReport = z.object({
  benchmarks: z.array(
    z.object({
      fullname: z.string(),
      stats: z.object({ median: z.number(), data: z.array(z.number()).default([]) }),
    }),
  ),
});

function readPytest({ benchmarks }: z.infer<typeof PytestReport>): Measured[] {
  return benchmarks.map(({ fullname, stats }) => ({
    name: fullname,
    unit: 's',
    better: 'lower',
    samples: stats.data.length > 0 ? stats.data : [stats.median],
  }));
}

/** `BenchmarkParse-8   	 1000	 1234 ns/op	 24 B/op	 1 allocs/op`, once for each `-count`. */
const goLine = /^(?<name>Benchmark\S*)\s+\d+\s+(?<figures>\S.*)$/;
const goPackage = /^pkg:\s+(?<name>\S+)/;

function readGo(text: string): Measured[] {
  const found = new Map<string, Measured & { readonly samples: number[] }>();
  let inPackage = '';
  for (const line of text.split(/\r?\n/)) {
    const named = goPackage.exec(line)?.groups?.['name'];
    if (named !== undefined) inPackage = `${named} `;
    const { name = '', figures = '' } = goLine.exec(line)?.groups ?? {};
    // The number of processors stands behind the name: it is that of the machine.
    const full = `${inPackage}${name.replace(/-\d+$/, '')}`;
    for (const { value, unit } of goFigures(figures)) {
      const key = `${unit} ${full}`;
      const known = found.get(key) ?? { name: full, unit, better: betterOf(unit), samples: [] };
      known.samples.push(value);
      found.set(key, known);
    }
  }
  return [...found.values()];
}

function betterOf(unit: string): Measured['better'] {
  return unit.endsWith('/s') ? 'higher' : 'lower';
}

function goFigures(text: string): { readonly value: number; readonly unit: string }[] {
  const words = text.trim().split(/\s+/);
  return words.flatMap((word, index) => {
    const value = Number(word);
    const unit = words[index + 1];
    return index % 2 === 0 && unit !== undefined && Number.isFinite(value) ? [{ value, unit }] : [];
  });
}
