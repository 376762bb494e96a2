import assert from 'node:assert/strict';
import type { Certificate, Explanation } from '../../../agent/protocol/explanation.ts';
import { RepoPath, TestId } from '../../../agent/protocol/ids.ts';
import { CommandRig } from '../../rig/command-rig.ts';
import { aPlan } from '../../rig/recorded.ts';

/** What `noodle explain <argv>` prints for an agent that knows two targets called core and one test. */
async function explained(...argv: readonly string[]): Promise<{ readonly code: number; readonly lines: string[] }> {
  const rig = new CommandRig({
    explain: ({ subject }: { readonly subject: string }) => ({ explanations: known.filter((each) => each.subject.endsWith(subject)) }),
    getCertificates: () => ({ certificates: [certificate] }),
    makePlan: () => aPlan({ skipped: { count: 2, files: [RepoPath.parse('b.test.ts')] } }),
  });
  const code = await rig.run('explain', ...argv);
  return { code, lines: rig.lines() };
}

const known: readonly Explanation[] = [explanation('@shop/core', 'target'), explanation('@tools/core', 'target'), explanation('b.test.ts', 'test')];

const certificate: Certificate = {
  test: TestId.parse('mocha:b.test.ts'),
  holds: true,
  evidence: 'imports',
  recordedAt: null,
  executionId: null,
  doubt: null,
  dependsOn: [{ path: 'b.ts', how: 'imported', contentHash: 'h' }],
  changes: [],
};

function explanation(subject: string, subjectKind: Explanation['subjectKind']): Explanation {
  return { subject, subjectKind, decision: 'unknown', summary: `about ${subject}`, path: [], facts: [], executionId: null, at: null };
}

describe('noodle explain', () => {
  it('says what a name can mean before it explains each', async () => {
    assert.deepEqual((await explained('core')).lines, [
      "'core' can mean @shop/core, @tools/core",
      '@shop/core: unknown',
      '  about @shop/core',
      '@tools/core: unknown',
      '  about @tools/core',
    ]);
  });

  it('shows with --skipped what vouches for a test', async () => {
    assert.deepEqual((await explained('b.test.ts')).lines, ['b.test.ts: unknown', '  about b.test.ts']);
    assert.deepEqual((await explained('--skipped', 'b.test.ts')).lines, [
      'mocha:b.test.ts: skipped',
      '  none of the changes reaches it',
      '  evidence: imports (never recorded)',
      '  depends on 1 file:',
      '    imported b.ts',
      '  nothing changed at all',
    ]);
    assert.deepEqual((await explained('--skipped', 'b.test.ts', '--json')).lines, [JSON.stringify({ certificates: [certificate] })]);
  });

  it('lists what is skipped when no test is named', async () => {
    assert.deepEqual((await explained('--skipped')).lines, ['2 tests in 1 file would be skipped now: nothing that they depend on changed', '  b.test.ts']);
  });

  it('asks for a name when there is neither', async () => {
    assert.deepEqual(await explained(), { code: 2, lines: ['noodle: noodle explain: name a test, a target or a file, or give --skipped'] });
  });
});
