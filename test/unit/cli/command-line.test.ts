import assert from 'node:assert/strict';
import { commands, parseCommandLine } from '../../../agent/cli/command-line.ts';

describe('the command line', () => {
  it('reads switches, values and positionals in any order', () => {
    const parsed = parseCommandLine(['run', '--base', 'main', 'a.test.ts', '--json', '-C', '/repo', 'b.test.ts']);
    assert.ok(parsed.ok);
    assert.equal(parsed.value.command.name, 'run');
    assert.deepEqual([...parsed.value.switches], ['json']);
    assert.deepEqual(Object.fromEntries(parsed.value.values), { base: 'main', repo: '/repo' });
    assert.deepEqual(parsed.value.positionals, ['a.test.ts', 'b.test.ts']);
  });

  it('takes a number below zero for no option', () => {
    const parsed = parseCommandLine(['metric', 'record', 'x', '-55.15', '--tags', 'a=b']);
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.value.positionals, ['record', 'x', '-55.15']);
    assert.deepEqual(Object.fromEntries(parsed.value.values), { tags: 'a=b' });
  });

  it('takes the repository before the command too', () => {
    const parsed = parseCommandLine(['-C', 'run', 'plan', '--json']);
    assert.ok(parsed.ok);
    assert.deepEqual([parsed.value.command.name, parsed.value.values.get('repo')], ['plan', 'run']);
  });

  it('names the nearest option for one that it does not know', () => {
    const parsed = parseCommandLine(['run', '--jsno']);
    assert.ok(!parsed.ok);
    assert.equal(parsed.failure.message, "noodle run: unknown option '--jsno'; did you mean '--json'?");
  });

  it('names the nearest command', () => {
    const parsed = parseCommandLine(['plna']);
    assert.ok(!parsed.ok);
    assert.equal(parsed.failure.message, "unknown command 'plna'; did you mean 'plan'?");
  });

  it('names the nearest group of commands, and the nearest command of a group', () => {
    const said = (...argv: string[]) => {
      const parsed = parseCommandLine(argv);
      return parsed.ok ? 'parsed' : parsed.failure.message;
    };
    assert.equal(said('pipelin'), "unknown command 'pipelin'; did you mean 'pipeline'?");
    assert.equal(said('pipelin', 'run'), "unknown command 'pipelin'; did you mean 'pipeline'?");
    assert.equal(said('pipeline', 'rnu'), "unknown command 'pipeline rnu'; did you mean 'pipeline run'?");
    assert.match(said('pipeline', 'foo'), /^unknown command 'pipeline foo'; expected one of run, plan, validate, /);
    assert.equal(said('xyz'), "unknown command 'xyz'; see noodle --help");
  });

  it('refuses a value that is missing and an argument too many', () => {
    const missing = parseCommandLine(['plan', '--base']);
    assert.ok(!missing.ok);
    assert.equal(missing.failure.message, '--base expects a revision');
    const extra = parseCommandLine(['plan', 'something']);
    assert.ok(!extra.ok);
    assert.equal(extra.failure.message, "noodle plan: unexpected argument 'something'");
  });

  it('asks for a command when there is none', () => {
    const parsed = parseCommandLine(['--json']);
    assert.ok(!parsed.ok);
    assert.match(parsed.failure.message, /a command is missing/);
  });

  it('has examples for every command that parse', () => {
    for (const command of commands) {
      for (const example of command.examples) {
        // As a shell takes words in quotes.
        const words = [...example.matchAll(/"([^"]*)"|'([^']*)'|\S+/g)].map(
          ([word, double, single]) => double ?? single ?? word,
        );
        const parsed = parseCommandLine(words.slice(1));
        assert.ok(parsed.ok, example);
      }
    }
  });
});
