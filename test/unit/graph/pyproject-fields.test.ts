import assert from 'node:assert/strict';
import { pyprojectChange } from '../../../agent/graph/lock-files/pyproject-fields.ts';

const base = `[build-system]
requires = ["flit_core"]
[project]
name = "app"
version = "1"
description = "An app"
dependencies = ["a"]
[tool.ruff]
line-length = 88
[tool.pytest.ini_options]
addopts = "-q"
`;
const decides = (from: string, to: string) => pyprojectChange(base, base.replace(from, to)).decides;

describe('a change of pyproject.toml', () => {
  it('decides nothing by what is there for people, by linters, and by its form', () => {
    assert.equal(decides('"An app"', '"The app"\nkeywords = ["x"]'), null);
    assert.equal(decides('line-length = 88', 'line-length = 100\nselect = ["E"]'), null);
    assert.equal(decides('[project]\n', '# The package.\n[project]\n\n'), null);
    assert.equal(decides('[tool.ruff]\nline-length = 88\n', ''), null);
  });

  it('decides something by all other fields', () => {
    assert.equal(decides('"1"', '"2"'), 'project.version');
    assert.equal(decides('["a"]', '["a", "b"]'), 'project.dependencies');
    assert.equal(decides('"-q"', '"-x"'), 'tool.pytest');
    assert.equal(decides('flit_core', 'hatchling'), 'build-system');
    assert.equal(decides('name = "app"', 'name = "app"\ndynamic = ["readme"]'), 'project.dynamic');
    assert.equal(decides('[tool.pytest', '[tool.coverage.run]\nbranch = true\n[tool.pytest'), 'tool.coverage');
  });

  it('decides something by a linter that pytest runs', () => {
    const asked = base.replace('-q', '--ruff');
    assert.equal(pyprojectChange(asked, asked.replace('88', '100')).decides, 'tool.ruff');
    const listed = base.replace('["a"]', '["pytest_ruff"]');
    assert.equal(pyprojectChange(listed, listed.replace('88', '100')).decides, 'tool.ruff');
  });

  it('decides something when a version is no TOML', () => {
    assert.equal(decides('[project]', '[project'), 'unread');
    assert.equal(pyprojectChange('=', base).decides, 'unread');
    assert.equal(pyprojectChange('tool = 1', 'tool = 2').decides, 'tool');
  });
});
