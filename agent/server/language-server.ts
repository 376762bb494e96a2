// LSP: failures in the lines concerned, a lens on changed functions, and help with noodle.yaml.
import {
  CodeLensRefreshRequest,
  CompletionItemKind,
  CompletionRequest,
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ErrorCodes,
  HoverRequest,
  MarkupKind,
  ResponseError,
  TextDocumentSyncKind,
  type CodeLens,
  type CompletionItem,
  type Hover,
  type InitializeParams,
  type ServerCapabilities,
} from 'vscode-languageserver/node';
// The plain connection: the one for Node ends this whole process when one editor leaves.
import { createConnection, type Connection } from 'vscode-languageserver';
import { z } from 'zod';
import type { EventBus } from '../events/events.ts';
import { Disposables } from '../platform/disposables.ts';
import type { Log } from '../platform/log.ts';
import type { RepoPath } from '../protocol/ids.ts';
import type { Disposer } from '../protocol/client.ts';
import type { MessageStreams } from '../protocol/message-streams.ts';
import { createDocumentUris, type DocumentUris } from './document-uris.ts';
import type { ConfigurationCompletion, ImpactLens, LanguageFeatures, Position } from './language-features.ts';
import { PublishedDiagnostics } from './published-diagnostics.ts';

export interface LanguageServerOptions extends MessageStreams {
  readonly features: LanguageFeatures;
  /** Absolute path of the repository. */
  readonly root: string;
  readonly events: EventBus;
  readonly log: Log;
  /** The client asked the server to leave. */
  readonly onExit: () => void;
}

/** Serves one editor. Returns the way to stop. */
export function startLanguageServer(options: LanguageServerOptions): Disposer {
  const server = new LanguageServer(options);
  return () => server.dispose();
}

const Document = z.object({ textDocument: z.object({ uri: z.string() }) });
const AtPosition = Document.extend({
  position: z.object({ line: z.int().nonnegative(), character: z.int().nonnegative() }),
});
const Opened = z.object({ textDocument: z.object({ uri: z.string(), text: z.string() }) });
const Changed = Document.extend({ contentChanges: z.array(z.object({ text: z.string() })).min(1) });

class LanguageServer {
  readonly #options: LanguageServerOptions;
  readonly #connection: Connection;
  readonly #disposables = new Disposables();
  #uris: DocumentUris | null = null;
  #diagnostics: PublishedDiagnostics | null = null;
  /** The text of noodle.yaml while it is open. */
  /** The configuration files that are open, with their texts. */
  readonly #configuration = new Map<RepoPath, string>();

  constructor(options: LanguageServerOptions) {
    this.#options = options;
    const { reader, writer, onExit } = options;
    const watchDog = { shutdownReceived: false, initialize: () => {}, exit: onExit };
    this.#connection = createConnection((editorLog) => createProtocolConnection(reader, writer, editorLog), watchDog);
    this.#disposables.defer(() => this.#connection.dispose());
    this.#register();
    this.#connection.listen();
  }

  dispose(): void {
    this.#disposables
      .dispose()
      .catch((cause: unknown) => this.#options.log.error('the language server did not stop cleanly', { cause }));
  }

  #register(): void {
    const connection = this.#connection;
    let hasDynamicRegistration = false;
    let refreshesLenses = false;
    connection.onInitialize(async (params) => {
      hasDynamicRegistration = params.capabilities.textDocument?.synchronization?.dynamicRegistration === true;
      refreshesLenses = params.capabilities.workspace?.codeLens?.refreshSupport === true;
      this.#uris = await createDocumentUris(this.#options.root, folderUris(params));
      return { capabilities: capabilitiesFor(hasDynamicRegistration), serverInfo: { name: 'Noodle' } };
    });
    connection.onInitialized(
      this.#caught(() => {
        if (hasDynamicRegistration) this.#registerConfiguration();
        this.#watch(refreshesLenses);
      }),
    );
    connection.onDidOpenTextDocument(this.#caught((params) => this.#opened(params)));
    connection.onDidChangeTextDocument(this.#caught((params) => this.#changed(params)));
    connection.onDidCloseTextDocument(this.#caught((params) => this.#closed(params)));
    connection.onDidSaveTextDocument(this.#caught((params) => this.#saved(params)));
    connection.onCodeLens(this.#caught((params) => this.#codeLenses(params)));
    connection.onCompletion(this.#caught((params) => this.#complete(params)));
    connection.onHover(this.#caught((params) => this.#hover(params)));
  }

  /** A defect goes to our log, and a sentence to the editor. */
  #caught<R>(handler: (params: unknown) => R | Promise<R>): (params: unknown) => Promise<R> {
    return async (params) => {
      try {
        return await handler(params);
      } catch (cause) {
        this.#options.log.error('the language server failed', { cause });
        throw new ResponseError(ErrorCodes.InternalError, 'A defect in Noodle; its log has the cause.');
      }
    };
  }

  /** Only noodle.yaml is followed while it is edited; of other files it is enough to know when they are saved. */
  #registerConfiguration(): void {
    const { path, others } = this.#options.features.configuration;
    const patterns = [path, ...(others === undefined ? [] : [others.pattern])];
    const documentSelector = patterns.map((pattern) => ({ scheme: 'file', pattern: `**/${pattern}` }));
    const { client } = this.#connection;
    const register = async () => {
      await client.register(DidOpenTextDocumentNotification.type, { documentSelector });
      await client.register(DidChangeTextDocumentNotification.type, {
        documentSelector,
        syncKind: TextDocumentSyncKind.Full,
      });
      await client.register(DidCloseTextDocumentNotification.type, { documentSelector });
      await client.register(CompletionRequest.type, { documentSelector, triggerCharacters: completionTriggers });
      await client.register(HoverRequest.type, { documentSelector });
    };
    this.#ignoreClosed(register());
  }

  #watch(refreshesLenses: boolean): void {
    const { features, events } = this.#options;
    if (this.#uris === null) return;
    const diagnostics = new PublishedDiagnostics({
      features,
      uris: this.#uris,
      publish: (uri, list) => this.#ignoreClosed(this.#connection.sendDiagnostics({ uri, diagnostics: list })),
    });
    this.#diagnostics = diagnostics;
    this.#disposables.defer(events.onAny((event) => diagnostics.resultCame(event)));
    this.#disposables.defer(features.onDiagnosticsChanged(() => diagnostics.update()));
    diagnostics.configurationChanged(this.#configuration);
    if (!refreshesLenses) return;
    this.#disposables.defer(
      features.onCodeLensesChanged(() => this.#ignoreClosed(this.#connection.sendRequest(CodeLensRefreshRequest.type))),
    );
  }

  #opened(params: unknown): void {
    const opened = Opened.safeParse(params);
    if (opened.success) this.#hold(opened.data.textDocument.uri, opened.data.textDocument.text);
  }

  #changed(params: unknown): void {
    const changed = Changed.safeParse(params);
    if (changed.success) this.#hold(changed.data.textDocument.uri, changed.data.contentChanges.at(-1)?.text ?? '');
  }

  #closed(params: unknown): void {
    const closed = Document.safeParse(params);
    if (closed.success) this.#hold(closed.data.textDocument.uri, null);
  }

  #hold(uri: string, text: string | null): void {
    const file = this.#configurationFile(uri);
    if (file === null) return;
    if (text === null) this.#configuration.delete(file);
    else this.#configuration.set(file, text);
    this.#diagnostics?.configurationChanged(this.#configuration);
  }

  #saved(params: unknown): void {
    const saved = Document.safeParse(params);
    const file = saved.success ? this.#uris?.fileOf(saved.data.textDocument.uri) : null;
    if (file !== null && file !== undefined) this.#diagnostics?.saved(file);
  }

  async #codeLenses(params: unknown): Promise<CodeLens[]> {
    const document = Document.safeParse(params);
    const file = document.success ? this.#uris?.fileOf(document.data.textDocument.uri) : null;
    if (file === null || file === undefined) return [];
    const lenses = await this.#options.features.codeLenses(file);
    return lenses.flatMap((lens) => codeLensesOf(file, lens));
  }

  #complete(params: unknown): CompletionItem[] {
    const at = this.#configurationPosition(params);
    if (at === null) return [];
    return this.#options.features.configuration.complete(at.text, at.position, at.file).map(completionItem);
  }

  #hover(params: unknown): Hover | null {
    const at = this.#configurationPosition(params);
    const hover = at === null ? null : this.#options.features.configuration.hover(at.text, at.position, at.file);
    return hover === null ? null : { contents: { kind: MarkupKind.Markdown, value: hover.text }, range: hover.range };
  }

  #configurationPosition(params: unknown): { text: string; position: Position; file: RepoPath } | null {
    const parsed = AtPosition.safeParse(params);
    const file = parsed.success ? this.#configurationFile(parsed.data.textDocument.uri) : null;
    const text = file === null ? undefined : this.#configuration.get(file);
    if (!parsed.success || file === null || text === undefined) return null;
    return { text, position: parsed.data.position, file };
  }

  #configurationFile(uri: string): RepoPath | null {
    const { path, others } = this.#options.features.configuration;
    const file = this.#uris?.fileOf(uri) ?? null;
    return file !== null && (file === path || others?.includes(file) === true) ? file : null;
  }

  /** What is sent while the editor leaves does not matter. */
  #ignoreClosed(sending: Promise<unknown>): void {
    sending.catch((cause: unknown) => this.#options.log.debug('the editor did not take a message', { cause }));
  }
}

const completionTriggers = [':', ' ', '-'];

function capabilitiesFor(hasDynamicRegistration: boolean): ServerCapabilities {
  const everywhere = { codeLensProvider: { resolveProvider: false } };
  if (hasDynamicRegistration) {
    return {
      ...everywhere,
      textDocumentSync: { openClose: false, change: TextDocumentSyncKind.None, save: { includeText: false } },
    };
  }
  return {
    ...everywhere,
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Full, save: { includeText: false } },
    completionProvider: { triggerCharacters: completionTriggers },
    hoverProvider: true,
  };
}

function folderUris(params: InitializeParams): readonly string[] {
  const folders = params.workspaceFolders?.map(({ uri }) => uri) ?? [];
  const { rootUri } = params;
  return rootUri === null || rootUri === undefined ? folders : [...folders, rootUri];
}

/** `3 impacted tests · 1 failing · why`, `run`, `go to test` */
function codeLensesOf(file: string, { line, name, tests, failing }: ImpactLens): CodeLens[] {
  const count = tests.length === 1 ? '1 impacted test' : `${tests.length} impacted tests`;
  const title = [count, ...(failing === 0 ? [] : [`${failing} failing`]), 'why'].join(' · ');
  const start = { line: line - 1, character: 0 };
  const range = { start, end: start };
  const place = [{ file, line }];
  return [
    { range, command: { title, command: 'noodle.explain', arguments: [{ file, name, tests }] } },
    { range, command: { title: 'run', command: 'noodle.runRelatedTests', arguments: place } },
    { range, command: { title: 'go to test', command: 'noodle.goToTest', arguments: place } },
  ];
}

function completionItem({ label, kind, documentation, insertText, replaces }: ConfigurationCompletion): CompletionItem {
  return {
    label,
    kind: kind === 'key' ? CompletionItemKind.Property : CompletionItemKind.Value,
    documentation: { kind: MarkupKind.Markdown, value: documentation },
    textEdit: { range: replaces, newText: insertText },
  };
}
