import assert from 'node:assert/strict';
import { commandsOf, expandAll, parseArguments, type Scope } from '../../../agent/graph/resolution/cmake-language.ts';

const scopeWith = (variables: Record<string, readonly string[]>): Scope => ({
  folder: '',
  variables: new Map(Object.entries(variables)),
  outer: null,
  conditions: [],
});

describe('the language of CMake', () => {
  it('has variables within names, lists, and what is not known', () => {
    const scope = scopeWith({ a: ['x', 'y'], name: ['a'] });
    const [command] = commandsOf('Set(files ${${name}} "${a}" ${other}/z.c)');
    assert.equal(command?.name, 'set');
    assert.deepEqual(expandAll(command.args, scope), ['files', 'x', 'y', 'x;y', '<?other>/z.c']);
  });

  it('takes the arguments of functions apart', () => {
    const scope = scopeWith({});
    parseArguments(['P', 'SHARED', 'NAME', 'SOURCES;LINKS', 'first', 'NAME', 'shop', 'SOURCES', 'a.c', 'b.c'], scope);
    assert.deepEqual(
      ['P_UNPARSED_ARGUMENTS', 'P_NAME', 'P_SOURCES', 'P_LINKS'].map((name) => scope.variables.get(name)),
      [['first'], ['shop'], ['a.c', 'b.c'], []],
    );
  });

  it('takes many arguments apart in time that grows with them alone', () => {
    const scope = scopeWith({});
    parseArguments(['P', '', '', 'SOURCES', 'SOURCES', ...Array.from({ length: 100_000 }, () => 'a.c')], scope);
    assert.equal(scope.variables.get('P_SOURCES')?.length, 100_000);
  });

  it('is read in time that grows with its length alone', () => {
    assert.deepEqual(
      commandsOf(`${'a'.repeat(500_000)} add(x)`).map(({ name }) => name),
      ['add'],
    );
  });

  it('does not grow without bound where variables hold variables', () => {
    const scope = scopeWith({ a: ['${b}'.repeat(20_000)], b: ['${c}'.repeat(20_000)], c: ['x'.repeat(50_000)] });
    const [value = ''] = expandAll([{ text: '${a}'.repeat(20_000), isQuoted: true }], scope);
    assert.ok(value.length < 1_000_000, String(value.length));
  });
});
