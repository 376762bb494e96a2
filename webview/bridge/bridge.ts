// The page's way to the agent: through the extension host in a webview, straight over a WebSocket in a browser.
import type { Disposer, Transport } from '../../agent/protocol/client.ts';
import type { WebviewCommand, WebviewPlace } from '../../agent/protocol/webview.ts';
import type { Connection } from '../state/connection.ts';

export interface Bridge extends Transport {
  readonly place: WebviewPlace;
  /** Whether the editor is there to carry out commands. */
  readonly hasEditor: boolean;
  /** Called whenever it changes, and again with `connected` after every new connection. */
  onConnection(listener: (connection: Connection) => void): Disposer;
  /** Begins; listeners are to be there before. */
  start(): void;
  /** Tries to connect now instead of after the back-off. */
  retry(): void;
  /** Asks the editor; does nothing in a browser. */
  command(command: WebviewCommand): void;
  /** Keeps what the user opened, over a reload of the page. */
  remember(view: unknown): void;
  recall(): unknown;
}
