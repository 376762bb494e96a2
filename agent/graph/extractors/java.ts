// Java: packages, imports, the names of types, and classes named in strings. Other languages of the JVM in the same
// repository (Kotlin, Groovy, Scala) are read for their packages and imports alone, and count as a whole package.
import type { Extractor, FileFacts, ImportFact } from '../facts.ts';
import { javaDialect, readBraceText } from './brace-text.ts';
import type { BraceText } from './brace-text.ts';
import { atDepth, captured, collectFacts, namesFact, pathMentions } from './named-things.ts';
import type { ReadSymbols } from './syntax-symbols.ts';

export const javaExtensions = ['.java', '.kt', '.groovy', '.scala'] as const;

/** The extractor for .java, and for the imports of its neighbours. */
export function createJavaExtractor(readSymbols: ReadSymbols): Extractor {
  return {
    id: 'java',
    extensions: javaExtensions,
    extract: javaFacts,
    symbols: (path, text) => (path.endsWith('.java') ? readSymbols('java', text) : []),
  };
}

const typeDeclaration = /\b(?:class|interface|enum|record|object|trait)\s+([\p{L}_$][\p{L}\p{N}_$]*)/u;

function javaFacts(path: string, text: string): FileFacts {
  const source = readBraceText(text, javaDialect);
  const { code } = source;
  const packageName = /^[^\S\r\n]*(?:@[^;{]{0,2000}?\s)?package\s+([\w.]+)/m.exec(code)?.[1] ?? '';
  const declared = new Set([...atDepth(code, typeDeclaration, 0)].map((match) => match[1] ?? ''));
  const isForeign = !path.endsWith('.java');
  const traits = [...traitsOf(path, source, isForeign)];
  return collectFacts({
    imports: [
      { kind: 'scope', specifier: packageName },
      namesFact('declares', declared),
      namesFact('names', captured(code, /(?<![\w$])[A-Z$_\u0080-\uffff][\w$\u0080-\uffff]*/g), declared),
      ...importedNames(code),
      ...namedClasses(source),
      ...pathMentions(source),
      ...traits.map((specifier): ImportFact => ({ kind: 'trait', specifier })),
    ],
    notes: traits.flatMap((trait) => reasons[trait] ?? []),
    definesTests: definesTests.test(code),
  });
}

const definesTests =
  /@(?:\w+\.)*(?:Test|ParameterizedTest|RepeatedTest|TestFactory|TestTemplate|RunWith|Suite|Property|Benchmark)\b|\bextends\s+(?:[\w.]+\.)?\w*(?:TestCase|TestSuite|Specification|Spec|Suite)\b/;

const reasons: Readonly<Record<string, string>> = {
  scan: 'classes are found by looking through the class path, so all of the module and of the modules it depends on counts',
  computed: 'loads a class whose name is put together, so all of the module counts',
  native: 'has methods in native code, so all native code of the module counts',
};

/** `import a.b.C;`, `import static a.b.C.d;`, `import a.b.*;`, and qualified names in the code. */
function* importedNames(code: string): Generator<ImportFact> {
  for (const match of code.matchAll(/^[ \t]*import\s+(?:static\s+)?([\w$]+(?:\s*\.\s*[\w$]+)*(?:\s*\.\s*\*)?)/gm))
    yield { kind: 'use', specifier: (match[1] ?? '').replace(/\s/g, '').replace(/\._$/, '.*') };
  for (const match of code.matchAll(/(?<![\w$.])[a-z_]\w*(?:\s*\.\s*[a-z_]\w*)+\s*\.\s*[A-Z]\w*/g))
    yield { kind: 'use', specifier: match[0].replace(/\s/g, '') };
}

/** `"a.b.C"` and `"a.b.C$D"`; a text that ends with a dot stands for every class of that package. */
function* namedClasses({ strings }: BraceText): Generator<ImportFact> {
  for (const { value } of strings) {
    if (/^[a-z_]\w*(?:\.[\w$]+)+$|^[a-z_]\w*(?:\/[\w$]+)+(?:\.class)?$/.test(value))
      yield { kind: 'use', specifier: value.replace(/[/$]/g, '.').replace(/\.class$/, '') };
    else if (/^[a-z_]\w*(?:\.[a-z_]\w*)+\.$/.test(value)) yield { kind: 'use', specifier: `${value}**` };
  }
}

const scanners =
  /@(?:SpringBootTest|ContextConfiguration|SpringJUnitConfig|SpringJUnitWebConfig|WebMvcTest|WebFluxTest|DataJpaTest|DataMongoTest|JdbcTest|JsonTest|RestClientTest|ComponentScan|SpringBootApplication|EnableAutoConfiguration|EntityScan|QuarkusTest|QuarkusIntegrationTest|MicronautTest|HelidonTest|EnableWeld|SelectPackages|SelectClasspathRoots|IncludeClassNamePatterns|AnalyzeClasses)\b|\b(?:ClassPathScanningCandidateComponentProvider|ClassGraph|FastClasspathScanner|ClassFileImporter)\b|\bnew\s+Reflections\s*\(|\bClassPath\s*\.\s*from\s*\(/;

function* traitsOf(path: string, { code }: BraceText, isForeign: boolean): Generator<string> {
  if (isForeign || path.endsWith('package-info.java')) yield 'whole';
  if (/\bServiceLoader\b/.test(code)) yield 'services';
  if (scanners.test(code)) yield 'scan';
  if (/\bnative\s+[\w<>[\].]+\s+\w+\s*\(|\bSystem\s*\.\s*loadLibrary\b/.test(code)) yield 'native';
  if (putsNameTogether(code)) yield 'computed';
  if (/\bvoid\s+main\s*\(/.test(code)) yield 'main';
}

/**
 * Whether the name of a loaded class comes from joined texts. A name that is only handed on is written somewhere as a text
 * or in a resource, and counts there.
 */
function putsNameTogether(code: string): boolean {
  const seen = new Set<string>();
  for (const match of code.matchAll(/\b(?:forName|loadClass|findClass)\s*\(\s*([^;{}]{0,300})/g)) {
    const argument = (match[1] ?? '').split(/[,)]/)[0] ?? '';
    if (/\+|\b(?:format|concat|join|append|replace)\s*\(/.test(match[1] ?? '')) return true;
    const name = /^(\w+)\s*$/.exec(argument)?.[1];
    if (name === undefined || seen.has(name)) continue;
    seen.add(name);
    const assigned = new RegExp(
      `\\b${name}\\s*\\+?=(?!=)[^;]{0,2000}?(?:\\+|\\b(?:format|concat|join|toString|replace)\\s*\\()`,
    );
    if (assigned.test(code)) return true;
  }
  return false;
}
