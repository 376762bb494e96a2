// The editor's side of a webview: a page with the dashboard in a frame, in which `acquireVsCodeApi` and the theme's
// variables are there as VS Code puts them, and a host of which the test decides what it answers.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Frame } from 'playwright-core';
import { failureOf } from '../../agent/protocol/client.ts';
import { operations, type OperationName } from '../../agent/protocol/operations.ts';
import { PageMessage, type HostMessage, type WebviewPlace } from '../../agent/protocol/webview.ts';
import type { WatchedPage } from './chromium.ts';
import type { DashboardFiles } from './dashboard-files.ts';
import type { ScriptedAnswers } from './scripted-agent.ts';

export interface WebviewHostOptions {
  readonly files: DashboardFiles;
  readonly answers: ScriptedAnswers;
  readonly place: WebviewPlace;
  /** The answer to `ready`. */
  readonly connection: Extract<HostMessage, { kind: 'connection' }>['connection'];
  /** `--vscode-…` variables, by name without the prefix, and the kind of the theme. */
  readonly theme: { readonly kind: string; readonly colors: Readonly<Record<string, string>> };
}

export class FakeWebviewHost implements AsyncDisposable {
  /** What the page said, except requests. */
  readonly posted: PageMessage[] = [];
  readonly #options: WebviewHostOptions;
  readonly #watched: WatchedPage;
  readonly #server: Server;
  readonly #waiting = new Set<() => void>();

  private constructor(watched: WatchedPage, options: WebviewHostOptions) {
    this.#watched = watched;
    this.#options = options;
    this.#server = createServer((request, response) => {
      const file = this.#file(request.url ?? '/');
      if (file === null) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': file.type }).end(file.content);
    });
  }

  /** Shows the dashboard in a frame that fills the page. */
  static async open(watched: WatchedPage, options: WebviewHostOptions): Promise<FakeWebviewHost> {
    const host = new FakeWebviewHost(watched, options);
    await new Promise<void>((resolve) => host.#server.listen(0, '127.0.0.1', resolve));
    await watched.page.exposeFunction('toHost', (message: unknown) => host.#receive(message));
    // A server that listens on TCP has this kind of address.
    await watched.page.goto(`http://127.0.0.1:${(host.#server.address() as AddressInfo).port}/`);
    return host;
  }

  /** The frame of the dashboard. */
  get frame(): Frame {
    const [, frame] = this.#watched.page.frames();
    if (frame === undefined) throw new Error('the host page has no frame');
    return frame;
  }

  async send(message: HostMessage): Promise<void> {
    await this.#watched.page.evaluate(`frames[0].postMessage(${JSON.stringify(message)}, '*')`);
  }

  /** Resolves with the first message of this kind that is not a request, which may have come already. */
  async said<K extends Exclude<PageMessage['kind'], 'request'>>(kind: K): Promise<Extract<PageMessage, { kind: K }>> {
    for (;;) {
      const found = this.posted.find((message): message is Extract<PageMessage, { kind: K }> => message.kind === kind);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** The host's answer to a message of the page; null when there is none. */
  async #receive(data: unknown): Promise<HostMessage | null> {
    const message = PageMessage.parse(data);
    if (message.kind !== 'request') {
      this.posted.push(message);
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
      return message.kind === 'ready' ? { kind: 'connection', connection: this.#options.connection } : null;
    }
    try {
      return { kind: 'response', id: message.id, result: await this.#perform(message.method, message.params) };
    } catch (error) {
      return { kind: 'response', id: message.id, result: null, failure: failureOf(error) };
    }
  }

  async #perform(method: string, params: unknown): Promise<unknown> {
    // A name that is none of the contract's finds no declaration, and fails as it should.
    const name = method as OperationName;
    const answer = this.#options.answers[name] as ((value: unknown) => unknown) | undefined;
    if (answer === undefined) throw new Error(`no scripted answer to ${method}`);
    return operations[name].output.parse(await answer(operations[name].input.parse(params)));
  }

  #file(url: string): { type: string; content: Uint8Array | string } | null {
    if (url === '/') return { type: 'text/html; charset=utf-8', content: hostPage };
    if (url === '/editor.js') return { type: 'text/javascript; charset=utf-8', content: editorScript(this.#options) };
    if (url === '/webview.html') return { type: 'text/html; charset=utf-8', content: this.#webviewPage() };
    return this.#options.files.get(url) ?? null;
  }

  /** What the extension host makes of index.html. */
  #webviewPage(): string {
    const index = new TextDecoder().decode(this.#options.files.get('/index.html')?.content);
    return index
      .replace('data-place="browser"', `data-place="${this.#options.place}"`)
      .replace('<head>', `<head><meta http-equiv="Content-Security-Policy" content="${policy}">`)
      .replace('<script', '<script src="editor.js"></script><script');
  }
}

/** VS Code lets the extension say; it needs no inline scripts. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

const hostPage = `<!doctype html><html lang="en"><title>Editor</title><link rel="icon" href="data:,">
<style>html, body { margin: 0; height: 100% } iframe { width: 100%; height: 100%; border: 0; display: block }</style>
<script>
  addEventListener('message', async ({ data }) => {
    const answer = await toHost(data);
    if (answer !== null) frames[0].postMessage(answer, '*');
  });
</script>
<iframe src="webview.html" title="Noodle dashboard"></iframe></html>`;

function editorScript({ theme }: WebviewHostOptions): string {
  return `
    let state;
    globalThis.acquireVsCodeApi = () => ({
      postMessage: (message) => parent.postMessage(message, '*'),
      getState: () => state,
      setState: (next) => { state = next; },
    });
    for (const [name, value] of Object.entries(${JSON.stringify(theme.colors)})) {
      document.documentElement.style.setProperty('--vscode-' + name, value);
    }
    addEventListener('DOMContentLoaded', () => {
      document.body.className = ${JSON.stringify(theme.kind)};
      document.body.dataset.vscodeThemeKind = ${JSON.stringify(theme.kind)};
    });`;
}
