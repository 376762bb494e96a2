// Chooses the bridge for where the page finds itself.
import { WebviewPlace } from '../../agent/protocol/webview.ts';
import type { Bridge } from './bridge.ts';
import { PostMessageBridge, type WebviewApi } from './post-message.ts';
import { WebSocketBridge } from './web-socket.ts';

/** A bridge that has not begun yet: through the host in a webview, else over a WebSocket. */
export function openBridge(page: Window & typeof globalThis): Bridge {
  const place = WebviewPlace.catch('browser').parse(page.document.documentElement.dataset['place']);
  const acquire = acquireFunction(page);
  if (acquire !== null) return new PostMessageBridge({ page, api: acquire(), place });
  return new WebSocketBridge({ page, place });
}

function acquireFunction(page: object): (() => WebviewApi) | null {
  const found = 'acquireVsCodeApi' in page ? page.acquireVsCodeApi : null;
  // VS Code puts this function into every webview; its type is documented.
  return typeof found === 'function' ? (found as () => WebviewApi) : null;
}
