// Where the editor can be sent from a browser.
import type { Location } from '../agent/protocol/test.ts';

/** The address under which VS Code opens a file at a line: `vscode://file/home/me/app/src/cart.ts:41:10`. */
export function editorAddress(root: string, { file, line, column }: Location): string {
  const absolute = `${root.replaceAll('\\', '/').replace(/\/$/, '')}/${file}`;
  const encoded = absolute.split('/').map(encodeURIComponent).join('/').replace(/^\/*/, '/').replace('%3A', ':');
  return `vscode://file${encoded}:${line}${column === undefined ? '' : `:${column}`}`;
}
