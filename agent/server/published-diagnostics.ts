// What one editor was told to underline, so that it hears of differences only.
import { DiagnosticSeverity, type Diagnostic as LspDiagnostic } from 'vscode-languageserver/node';
import type { NoodleEvent } from '../protocol/events.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { DocumentUris } from './document-uris.ts';
import type { Diagnostic, LanguageFeatures } from './language-features.ts';

export interface PublishedDiagnosticsOptions {
  readonly features: LanguageFeatures;
  readonly uris: DocumentUris;
  readonly publish: (uri: string, diagnostics: LspDiagnostic[]) => void;
}

export class PublishedDiagnostics {
  readonly #options: PublishedDiagnosticsOptions;
  /** By address: the diagnostics as JSON. */
  readonly #published = new Map<string, string>();
  /** What was known of a file when the user saved it: outdated until the same comes out again. */
  readonly #outdated = new Map<RepoPath, readonly Diagnostic[]>();
  /** The texts of configuration files while they are open. */
  #configuration: ReadonlyMap<RepoPath, string> = new Map();

  constructor(options: PublishedDiagnosticsOptions) {
    this.#options = options;
  }

  /** What is known of a saved file's lines may not hold any more. */
  saved(file: RepoPath): void {
    this.#outdated.set(file, this.#options.features.diagnostics().get(file) ?? []);
    this.update();
  }

  /** A new result that says the same as an outdated one makes that one hold again. */
  resultCame(event: NoodleEvent): void {
    if (event.type === 'test.finished') this.#confirm(({ code }) => code === event.result.id);
    const problems =
      event.type === 'build.finished' ? event.result.problems : event.type === 'problems.found' ? event.problems : [];
    const messages = new Set(problems.map(({ message }) => message));
    if (messages.size > 0) this.#confirm(({ message }) => messages.has(message));
  }

  #confirm(isConfirmed: (diagnostic: Diagnostic) => boolean): void {
    for (const [file, diagnostics] of this.#outdated) {
      const left = diagnostics.filter((diagnostic) => !isConfirmed(diagnostic));
      if (left.length > 0) this.#outdated.set(file, left);
      else this.#outdated.delete(file);
    }
  }

  /** The configuration files as the editor holds them now. */
  configurationChanged(texts: ReadonlyMap<RepoPath, string>): void {
    this.#configuration = texts;
    this.update();
  }

  /** Publishes what differs from what was published. */
  update(): void {
    const { uris } = this.#options;
    const current = new Map<string, LspDiagnostic[]>();
    for (const [file, diagnostics] of this.#current()) {
      const outdated = new Set(this.#outdated.get(file)?.map(identityOf));
      const shown = diagnostics.filter((diagnostic) => !outdated.has(identityOf(diagnostic)));
      if (shown.length > 0) current.set(uris.uriOf(file), shown.map(lspDiagnostic));
    }
    for (const uri of [...this.#published.keys()]) if (!current.has(uri)) this.#publish(uri, []);
    for (const [uri, diagnostics] of current) this.#publish(uri, diagnostics);
  }

  #current(): ReadonlyMap<RepoPath, readonly Diagnostic[]> {
    const { features } = this.#options;
    if (this.#configuration.size === 0) return features.diagnostics();
    const { configuration } = features;
    const own = [...this.#configuration].map(([file, text]) => [file, configuration.validate(text, file)] as const);
    return new Map([...features.diagnostics(), ...own]);
  }

  #publish(uri: string, diagnostics: LspDiagnostic[]): void {
    const json = JSON.stringify(diagnostics);
    if (this.#published.get(uri) === json) return;
    if (diagnostics.length === 0) this.#published.delete(uri);
    else this.#published.set(uri, json);
    this.#options.publish(uri, diagnostics);
  }
}

function identityOf({ range, code, message }: Diagnostic): string {
  return JSON.stringify([code, message, range]);
}

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
} as const;

function lspDiagnostic({ range, severity, message, code }: Diagnostic): LspDiagnostic {
  return {
    range,
    severity: severities[severity],
    source: 'Noodle',
    message,
    ...(code === null ? {} : { code }),
  };
}
