// XML as a tree of elements, for project files.
import { SaxesParser } from 'saxes';

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text right inside it, without that of its children. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

/** The outermost element; null when the text is not well-formed. */
export function parseXml(text: string | null): XmlElement | null {
  if (text === null) return null;
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser();
  let isBroken = false;
  parser.on('error', () => {
    isBroken = true;
  });
  parser.on('opentag', ({ name, attributes }) => open.push({ name, attributes, children: [], text: '' }));
  const takeText = (piece: string) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += piece;
  };
  parser.on('text', takeText);
  parser.on('cdata', takeText);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed !== undefined) open.at(-1)?.children.push({ ...closed, text: closed.text.trim() });
  });
  parser.write(text.replace(/^\uFEFF/, '')).close();
  return isBroken ? null : (root.children[0] ?? null);
}

/** The elements at the end of a path of names below `element`. */
export function elementsAt(element: XmlElement, ...names: readonly string[]): readonly XmlElement[] {
  const [first, ...rest] = names;
  if (first === undefined) return [element];
  return element.children.filter(({ name }) => name === first).flatMap((child) => elementsAt(child, ...rest));
}

/** The text of the first element at the end of a path of names; '' without one. */
export function textAt(element: XmlElement, ...names: readonly string[]): string {
  return elementsAt(element, ...names)[0]?.text ?? '';
}
