import assert from 'node:assert/strict';
import { importPipelines } from '../../../agent/pipelines/import/import.ts';

describe('a step of GitHub Actions', () => {
  it('goes to the temporary folder itself', () => {
    const folder = '$' + '{{ runner.temp }}/out';
    const text = `jobs: { t: { runs-on: ubuntu-latest, steps: [{ run: ls, working-directory: '${folder}' }] } }`;
    const read = importPipelines('ci.yml', text);
    assert.ok(read.ok, read.ok ? '' : read.failure.message);
    const step = read.value.pipelines[0]?.steps['t'];
    assert.deepEqual([step?.command, step?.folder], ['cd "$RUNNER_TEMP/out"\nls', '']);
  });

  it('takes the shell from the matrix', () => {
    const shells = (platforms: string) => {
      const text = `jobs:
  t:
    strategy: { matrix: { platform: ${platforms} } }
    runs-on: \${{ matrix.platform.os }}
    defaults: { run: { shell: '\${{ matrix.platform.shell }}' } }
    steps: [{ run: npm test }]
`;
      const read = importPipelines('ci.yml', text);
      assert.ok(read.ok, read.ok ? '' : read.failure.message);
      const report = read.value;
      return [
        report.pipelines[0]?.steps['t']?.shell,
        ...report.findings.flatMap((each) => (each.outcome === 'missing' ? [each.message] : [])),
      ];
    };
    const [shell] = shells('[{ os: ubuntu-latest, shell: sh }, { os: windows-latest, shell: powershell }]');
    assert.equal(shell, 'sh');
    const [none, why] = shells('[{ os: ubuntu-latest, shell: sh }, { os: ubuntu-22.04, shell: bash }]');
    assert.equal(none, undefined);
    assert.equal(why, 'its shell ${{ matrix.platform.shell }} is not known here; it is left out');
  });
});
