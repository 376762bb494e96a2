// What an importer makes of a file, and the words in which it says so.
import type { ParityFinding, WrittenPipeline } from '../../protocol/pipeline.ts';

export interface Imported {
  readonly definition: WrittenPipeline;
  readonly findings: readonly ParityFinding[];
}

export type WrittenStep = WrittenPipeline['steps'][string];

/** Collects what becomes of the parts of a file. */
export class Findings {
  readonly all: ParityFinding[] = [];

  same(place: string, message: string): void {
    this.all.push({ place, outcome: 'same', message });
  }

  replaced(place: string, message: string): void {
    this.all.push({ place, outcome: 'replaced', message });
  }

  missing(place: string, message: string): void {
    this.all.push({ place, outcome: 'missing', message });
  }

  /** Expressions that mean nothing here, each once. */
  unknown(place: string, expressions: readonly string[]): void {
    for (const expression of new Set(expressions))
      this.missing(place, `\${{ ${expression} }} is not known here, and empty`);
  }
}

/** A container of another system as the command of a service. */
export function containerCommand(image: string, ports: readonly string[], environment: readonly string[]): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const published = ports.flatMap((port) => ['--publish', quoted(port)]);
  return [
    'docker run --rm --init',
    ...published,
    ...environment.flatMap((name) => ['--env', name]),
    quoted(image),
  ].join(' ');
}
