// Functions, methods, classes and bindings of a compiled language, from the tree that its tree-sitter grammar makes.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import type { Language, Node, Parser } from '@vscode/tree-sitter-wasm';
import { assetPath } from '../../platform/assets.ts';
import type { CodeSymbol } from '../facts.ts';

export type Grammar = 'java' | 'go' | 'rust' | 'cpp' | 'c-sharp';

export type ReadSymbols = (grammar: Grammar, text: string) => Promise<readonly CodeSymbol[]>;

type Runtime = typeof TreeSitter;

/** Beyond this a tree would take seconds and hundreds of megabytes; such a file is generated. */
const largestTree = 2_000_000;

/** Reads symbols in the order of the text. Parser and grammars are loaded at their first use and kept. */
export function createSymbolReader(): ReadSymbols {
  let runtime: Promise<Runtime> | null = null;
  const languages = new Map<Grammar, Promise<Language>>();
  const load = async (grammar: Grammar) => {
    const { Language: loader } = await (runtime ??= loadRuntime());
    return loader.load(await readFile(path.join(assetPath('grammars'), `tree-sitter-${grammar}.wasm`)));
  };
  return async (grammar, text) => {
    if (text.length > largestTree) return [];
    const language = languages.get(grammar) ?? load(grammar);
    languages.set(grammar, language);
    const [{ Parser: ParserClass }, loaded] = await Promise.all([(runtime ??= loadRuntime()), language]);
    return symbolsOf(new ParserClass(), loaded, text);
  };
}

async function loadRuntime(): Promise<Runtime> {
  // A CommonJS module: its exports are the default export of the dynamic import.
  const { default: runtime } = (await import('@vscode/tree-sitter-wasm')) as unknown as { default: Runtime };
  await runtime.Parser.init({ locateFile: (file) => path.join(assetPath('grammars'), file) });
  return runtime;
}

function symbolsOf(parser: Parser, language: Language, text: string): CodeSymbol[] {
  const found: CodeSymbol[] = [];
  try {
    parser.setLanguage(language);
    const tree = parser.parse(text);
    if (tree === null) return [];
    try {
      visit(tree.rootNode, { owner: '', isMember: false, found });
    } finally {
      tree.delete();
    }
  } finally {
    parser.delete();
  }
  return found;
}

interface Place {
  /** The name of the class round it, with a dot behind. */
  readonly owner: string;
  readonly isMember: boolean;
  readonly found: CodeSymbol[];
}

/** What a node of a syntax tree is; names of the five grammars, which agree where they share one. */
const kinds: Readonly<Record<string, 'class' | 'function' | 'variable'>> = {
  class_declaration: 'class',
  interface_declaration: 'class',
  enum_declaration: 'class',
  record_declaration: 'class',
  annotation_type_declaration: 'class',
  struct_declaration: 'class',
  delegate_declaration: 'class',
  class_specifier: 'class',
  struct_specifier: 'class',
  union_specifier: 'class',
  enum_specifier: 'class',
  concept_definition: 'class',
  alias_declaration: 'class',
  type_definition: 'class',
  type_spec: 'class',
  type_alias: 'class',
  struct_item: 'class',
  enum_item: 'class',
  union_item: 'class',
  trait_item: 'class',
  type_item: 'class',
  method_declaration: 'function',
  constructor_declaration: 'function',
  compact_constructor_declaration: 'function',
  destructor_declaration: 'function',
  operator_declaration: 'function',
  conversion_operator_declaration: 'function',
  property_declaration: 'function',
  indexer_declaration: 'function',
  function_declaration: 'function',
  function_definition: 'function',
  function_item: 'function',
  macro_definition: 'function',
  preproc_function_def: 'function',
  preproc_def: 'variable',
  const_spec: 'variable',
  var_spec: 'variable',
  const_item: 'variable',
  static_item: 'variable',
  variable_declarator: 'variable',
  init_declarator: 'variable',
};

/** Nodes that hold declarations without being one. */
const transparent: ReadonlySet<string> = new Set(
  'program source_file translation_unit compilation_unit declaration_list class_body interface_body enum_body enum_body_declarations annotation_type_body field_declaration_list namespace_definition namespace_declaration file_scoped_namespace_declaration linkage_specification template_declaration preproc_if preproc_ifdef preproc_else preproc_elif preproc_elifdef type_declaration const_declaration var_declaration var_spec_list mod_item impl_item foreign_mod_item declaration field_declaration variable_declaration ERROR'.split(
    ' ',
  ),
);

function visit(node: Node, place: Place): void {
  for (const child of node.namedChildren) {
    if (child === null) continue;
    const kind = kinds[child.type];
    if (kind !== undefined) add(child, kind, place);
    else if (transparent.has(child.type)) visit(child, within(child, place));
  }
}

/** `impl Display for Version` holds methods of Version; a namespace or module leaves names as they are. */
function within(node: Node, place: Place): Place {
  const type = node.type === 'impl_item' ? node.childForFieldName('type') : null;
  return type === null ? place : { ...place, owner: `${baseName(type.text)}.`, isMember: true };
}

function add(node: Node, kind: 'class' | 'function' | 'variable', place: Place): void {
  const name = nameOf(node);
  if (name !== null) {
    place.found.push({
      name: place.owner + name,
      kind: kind === 'function' && (place.isMember || /[.]/.test(name)) ? 'method' : kind,
      startLine: firstLine(node),
      endLine: node.endPosition.row + 1,
    });
  }
  if (kind !== 'class') return;
  for (const body of node.namedChildren)
    if (body !== null && (transparent.has(body.type) || kinds[body.type] === 'class'))
      visit(body, { ...place, owner: `${place.owner}${name ?? ''}${name === null ? '' : '.'}`, isMember: true });
}

/** With the attributes of Rust and the template's head of C++, which stand before the node. */
function firstLine(node: Node): number {
  let first = node.parent?.type === 'template_declaration' ? node.parent : node;
  for (let before = first.previousNamedSibling; before?.type === 'attribute_item'; before = before.previousNamedSibling)
    first = before;
  return first.startPosition.row + 1;
}

function nameOf(node: Node): string | null {
  const receiver = node.type === 'method_declaration' ? node.childForFieldName('receiver') : null;
  const named = node.childForFieldName('name');
  if (named !== null) {
    const owner = receiver === null ? '' : `${baseName(receiver.text.replace(/^\(\s*(?:\w+\s+)?|\)$/g, ''))}.`;
    return owner + named.text;
  }
  if (node.type === 'indexer_declaration') return 'this[]';
  const operator = node.childForFieldName('operator') ?? node.childForFieldName('type');
  if (node.type.endsWith('operator_declaration')) return `operator ${operator?.text ?? ''}`.trim();
  return declaredName(node.childForFieldName('declarator'));
}

/** The innermost name of a declarator of C: `*(name)(int)`, `Class::name`. */
function declaredName(declarator: Node | null): string | null {
  let at = declarator;
  while (at !== null) {
    if (/identifier$|^(?:operator_name|destructor_name|operator_cast)$/.test(at.type))
      return at.text.replaceAll('::', '.');
    const inner: Node | null = at.childForFieldName('declarator');
    at =
      inner ??
      at.namedChildren.find((child) => child !== null && /identifier$|declarator$|name$/.test(child.type)) ??
      null;
  }
  return null;
}

/** `*List[T]` → `List`, `path::Type<'a>` → `Type`. */
function baseName(type: string): string {
  return /([\p{L}_$][\p{L}\p{N}_$]*)\s*(?:[<[(].*)?$/su.exec(type.replace(/^[&*\s]+/, ''))?.[1] ?? type.slice(0, 60);
}
