// A place in a source file that can be opened: by the editor around the page, else through the editor's own address.
import type { TemplateResult } from 'lit-html';
import type { Location } from '../agent/protocol/test.ts';
import type { PanelContext } from './actions.ts';
import { link } from './controls.ts';
import { editorAddress } from './editor-address.ts';

/** `src/cart.ts:41` as a link. */
export function locationLink(location: Location, root: string, context: PanelContext): TemplateResult {
  const onClick = context.hasEditor ? () => context.actions.openLocation(location) : undefined;
  return link({ label: `${location.file}:${location.line}`, href: editorAddress(root, location), onClick });
}
