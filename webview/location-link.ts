// A place in a source file that can be opened: by the editor around the page, else through the editor's own address.
import type { TemplateResult } from 'lit-html';
import type { Location } from '../agent/protocol/test.ts';
import type { PanelContext } from './actions.ts';
import { link } from './controls.ts';

/** `src/cart.ts:41` as a link. */
export function locationLink(location: Location, root: string, context: PanelContext): TemplateResult {
  const onClick = context.hasEditor ? () => context.actions.openLocation(location) : undefined;
  return link({ label: `${location.file}:${location.line}`, href: editorAddress(root, location), onClick });
}

/** The address under which VS Code opens a file at a line: `vscode://file/home/me/app/src/cart.ts:41:10`. */
export function editorAddress(root: string, { file, line, column }: Location): string {
  const absolute = `${root.replaceAll('\\', '/').replace(/\/$/, '')}/${file}`;
  const encoded = absolute.split('/').map(encodeURIComponent).join('/').replace(/^\/*/, '/').replace('%3A', ':');
  return `vscode://file${encoded}:${line}${column === undefined ? '' : `:${column}`}`;
}
