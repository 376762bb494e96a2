import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { commands } from '../../agent/cli/command-line.ts';
import { settingDeclarations } from '../../agent/protocol/settings.ts';
import { selectionRules } from '../../agent/tests/selection.ts';

const root = path.resolve(import.meta.dirname, '../..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

describe('the README', () => {
  it('lists every setting with its default and meaning', () => {
    for (const { environment, default: value, description } of settingDeclarations) {
      assert.ok(readme.includes(`| \`${environment}\` | ${String(value)} | ${description} |`), environment);
    }
  });

  it('shows the rules that decide which tests run, as they are', () => {
    for (const { name, says, because } of selectionRules) assert.ok(readme.includes(`| ${name} | ${says} | ${because} |`), name);
  });

  it('names every command of the command line', () => {
    for (const { name } of commands) assert.ok(readme.includes(`\`noodle ${name}`), name);
  });

  it('links to files that exist', () => {
    for (const [, target = ''] of readme.matchAll(/\]\(([^)#:]+)\)/g)) assert.ok(existsSync(path.join(root, target)), target);
  });
});
