// What one editor was told to underline, so that it hears of differences only.
import { DiagnosticSeverity, type Diagnostic as LspDiagnostic } from 'vscode-languageserver/node';
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
  readonly #savedAt = new Map<RepoPath, number>();
  /** The text of noodle.yaml while it is open. */
  #configuration: string | null = null;

  constructor(options: PublishedDiagnosticsOptions) {
    this.#options = options;
  }

  /** What is known of a saved file's lines may not hold any more. */
  saved(file: RepoPath, at: number): void {
    this.#savedAt.set(file, at);
    this.update();
  }

  /** noodle.yaml as the editor holds it now; null when it was closed. */
  configurationChanged(text: string | null): void {
    this.#configuration = text;
    this.update();
  }

  /** Publishes what differs from what was published. */
  update(): void {
    const { uris } = this.#options;
    const current = new Map<string, LspDiagnostic[]>();
    for (const [file, diagnostics] of this.#current()) {
      const savedAt = this.#savedAt.get(file) ?? 0;
      const shown = diagnostics.filter(({ at }) => at === undefined || at >= savedAt);
      if (shown.length > 0) current.set(uris.uriOf(file), shown.map(lspDiagnostic));
    }
    for (const uri of [...this.#published.keys()]) if (!current.has(uri)) this.#publish(uri, []);
    for (const [uri, diagnostics] of current) this.#publish(uri, diagnostics);
  }

  #current(): ReadonlyMap<RepoPath, readonly Diagnostic[]> {
    const { features } = this.#options;
    if (this.#configuration === null) return features.diagnostics();
    const { configuration } = features;
    return new Map([...features.diagnostics(), [configuration.path, configuration.validate(this.#configuration)]]);
  }

  #publish(uri: string, diagnostics: LspDiagnostic[]): void {
    const json = JSON.stringify(diagnostics);
    if (this.#published.get(uri) === json) return;
    if (diagnostics.length === 0) this.#published.delete(uri);
    else this.#published.set(uri, json);
    this.#options.publish(uri, diagnostics);
  }
}

function lspDiagnostic({ range, severity, message, code }: Diagnostic): LspDiagnostic {
  return {
    range,
    severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    source: 'Noodle',
    message,
    ...(code === null ? {} : { code }),
  };
}
