// The small decisions of the server: tokens and roles, routes, nesting, document addresses.
import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { operations } from '../../../agent/protocol/operations.ts';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { createDocumentUris } from '../../../agent/server/document-uris.ts';
import { isNestedDeeper } from '../../../agent/server/limits.ts';
import { createAuthenticate, isSufficient } from '../../../agent/server/roles.ts';
import { locationOf, matchRoute, restRoutes } from '../../../agent/server/routes.ts';
import { exampleOutputs } from '../../rig/contract-examples.ts';
import { GitRig } from '../../rig/git-rig.ts';

describe('Tokens', () => {
  it('stand for the role that they were granted', () => {
    const authenticate = createAuthenticate([
      { token: 'one', role: 'viewer' },
      { token: 'two', role: 'admin' },
    ]);
    assert.deepEqual(['one', 'two', 'three', '', 'on', 'onee'].map(authenticate), [
      'viewer',
      'admin',
      null,
      null,
      null,
      null,
    ]);
  });

  it('that were granted nothing let nobody in', () => {
    assert.equal(createAuthenticate([])(''), null);
  });
});

describe('Roles', () => {
  it('include the lesser ones', () => {
    assert.deepEqual(
      [
        isSufficient('operator', 'developer'),
        isSufficient('operator', 'operator'),
        isSufficient('viewer', 'developer'),
      ],
      [true, true, false],
    );
  });
});

describe('Routes', () => {
  const routes = restRoutes();

  it('are all different', () => {
    assert.equal(
      new Set(routes.map(({ method, path: below }) => `${method} ${below.replace(/\{\w+\}/g, '{}')}`)).size,
      routes.length,
    );
  });

  it('say where what was made can be read', () => {
    const location = (path: string, answer: object) => {
      const match = matchRoute(routes, 'POST', path);
      assert.ok(match.kind === 'found');
      return locationOf(match.route, match.parameters, answer);
    };
    assert.equal(location('/pipelines', { id: 'a b' }), '/api/cicd/pipelines/a%20b');
    assert.equal(location('/metrics', { id: 'build.size' }), '/api/cicd/metrics/build.size/summary');
    assert.equal(location('/alerts', { id: 'slow' }), '/api/cicd/alerts');
    assert.equal(location('/alerts/rules', { rule: { id: 'slow' }, notes: [] }), '/api/cicd/alerts/rules');
    assert.equal(location('/metrics/build.size/record', { value: 1 }), '/api/cicd/metrics/build.size/summary');
  });

  it('say so of everything that creates or executes', () => {
    for (const route of routes.filter(({ operation }) => 'effect' in operations[operation])) {
      const place = locationOf(route, { id: 'x' }, exampleOutputs[route.operation]);
      const path = place?.slice('/api/cicd'.length) ?? '';
      assert.equal(matchRoute(routes, 'GET', path).kind, 'found', `${route.operation}: ${place}`);
    }
  });

  it('find the operation and its parameters', () => {
    const match = matchRoute(routes, 'POST', '/metrics/build.size/record');
    assert.ok(match.kind === 'found');
    assert.deepEqual([match.route.operation, match.parameters], ['recordMetric', { id: 'build.size' }]);
  });

  it('tell a wrong method from an unknown path', () => {
    assert.deepEqual(matchRoute(routes, 'PATCH', '/status'), { kind: 'wrong_method', allowed: ['GET', 'HEAD'] });
    assert.deepEqual(matchRoute(routes, 'GET', '/statuses'), { kind: 'unknown' });
  });
});

describe('Nesting', () => {
  for (const [json, depth, isDeeper] of [
    ['[[]]', 2, false],
    ['[[]]', 1, true],
    ['{"a":{"b":[]}}', 3, false],
    ['{"a":{"b":[]}}', 2, true],
    ['"[[[[["', 0, false],
    ['["\\"[[[["]', 1, false],
    ['["\\\\",[[]]]', 2, true],
    ['[],[],[]', 1, false],
    ['', 0, false],
  ] as const) {
    it(`of ${json} is ${isDeeper ? '' : 'not '}deeper than ${depth}`, () =>
      assert.equal(isNestedDeeper(json, depth), isDeeper));
  }
});

describe('Document addresses', () => {
  it('of files of the repository are found both ways, however they are spelt', async () => {
    const root = path.resolve('/work tree/ü [1]');
    const uris = await createDocumentUris(root, []);
    const file = RepoPath.parse('src/a b#.ts');
    const uri = pathToFileURL(path.join(root, 'src', 'a b#.ts')).href;
    assert.deepEqual([uris.uriOf(file), uris.fileOf(uri)], [uri, file]);
    assert.equal(uris.fileOf(uri.replace('src', '%73rc')), file);
  });

  it('of anything else are none', async () => {
    const uris = await createDocumentUris(path.resolve('/repository'), []);
    const outside = [path.resolve('/other/a.ts'), path.resolve('/repository-2/a.ts'), path.resolve('/')].map(
      (file) => pathToFileURL(file).href,
    );
    for (const uri of [
      ...outside,
      pathToFileURL(path.resolve('/repository')).href,
      'untitled:Untitled-1',
      'git:/repository/a.ts',
      'nonsense',
      'file://host/share',
      '',
    ]) {
      assert.equal(uris.fileOf(uri), null, uri);
    }
  });

  it('keep the link through which the editor opened the repository', async () => {
    await using folder = await GitRig.folder({ 'real/src/a.ts': '' });
    await symlink(folder.path('real'), folder.path('link'));
    const uris = await createDocumentUris(folder.path('real'), [
      pathToFileURL(folder.path('link')).href,
      'untitled:x',
      pathToFileURL(folder.path('gone')).href,
    ]);
    const uri = pathToFileURL(folder.path('link/src/a.ts')).href;
    assert.deepEqual([uris.uriOf(RepoPath.parse('src/a.ts')), uris.fileOf(uri)], [uri, 'src/a.ts']);
  });
});
