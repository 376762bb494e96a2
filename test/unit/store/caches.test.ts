import assert from 'node:assert/strict';
import { RepoPath } from '../../../agent/protocol/ids.ts';
import { appendAudit, type AuditEntry } from '../../../agent/store/audit.ts';
import { getDiscovery, saveDiscovery } from '../../../agent/store/discovery.ts';
import { loadFileFacts, removeFileFacts, saveFileFacts, type FileFacts } from '../../../agent/store/graph.ts';
import { MemoryDatabase } from '../../rig/memory-database.ts';

describe('recorded facts and answers', () => {
  let db: MemoryDatabase;
  beforeEach(async () => (db = await MemoryDatabase.create()));
  afterEach(() => db[Symbol.dispose]());

  it('of files are replaced and removed by path', () => {
    db.transact((tx) => saveFileFacts(tx, [facts('a.ts', 'h1'), facts('b.ts', 'h1'), facts('c.ts', 'h1')]));
    db.transact((tx) => saveFileFacts(tx, [facts('b.ts', 'h2')]));
    db.transact((tx) => removeFileFacts(tx, [RepoPath.parse('a.ts')]));
    assert.deepEqual(loadFileFacts(db), [facts('b.ts', 'h2'), facts('c.ts', 'h1')]);
  });

  it('of runners are kept by key, the latest 512', () => {
    const files = [RepoPath.parse('test/a.js'), RepoPath.parse('test/b.js')];
    for (let index = 0; index < 518; index += 1) db.transact((tx) => saveDiscovery(tx, `key ${index}`, files));
    assert.deepEqual(getDiscovery(db, 'key 517'), files);
    assert.deepEqual(getDiscovery(db, 'key 6'), files);
    assert.equal(getDiscovery(db, 'key 5'), null);
    db.transact((tx) => saveDiscovery(tx, 'key 517', []));
    assert.deepEqual(getDiscovery(db, 'key 517'), []);
  });

  it('of the audit trail are kept in order', () => {
    const entries = [entry('startRun', 'ok'), entry('cancelExecution', 'not_found')];
    for (const each of entries) db.transact((tx) => appendAudit(tx, each));
    const columns = 'at, client, role, via, operation, subject, outcome';
    assert.deepEqual(db.all(`SELECT ${columns} FROM events ORDER BY key`), entries);
  });

  it('replay to the same rows', () => {
    db.transact((tx) => saveFileFacts(tx, [facts('a.ts', 'h1')]));
    db.transact((tx) => saveDiscovery(tx, 'key', []));
    db.transact((tx) => appendAudit(tx, entry('stopAgent', 'ok')));
    const { original, replay } = db.replayed();
    assert.deepEqual(replay, original);
  });
});

function facts(path: string, contentHash: string): FileFacts {
  const rest = { sizeBytes: 12, mtimeMs: 1_764_000_000_123.456, extractorVersion: 3, facts: '{"imports":[]}' };
  return { path: RepoPath.parse(path), contentHash, ...rest };
}

function entry(operation: string, outcome: AuditEntry['outcome']): AuditEntry {
  return { at: 5, client: 'vscode', role: 'operator', via: 'rpc', operation, subject: null, outcome };
}
