import assert from 'node:assert/strict';
import { AgentRig } from '../../rig/agent-rig.ts';

describe('what was saved a moment ago', () => {
  it('counts in a run that a watching agent is asked for before it has told of it', async () => {
    const build = `node -e "fs.mkdirSync('dist', { recursive: true }), fs.copyFileSync('src.js', 'dist/out.js')"`;
    await using rig = await AgentRig.create({
      'package.json': JSON.stringify({ name: 'made-up', main: 'dist/out.js', scripts: { build } }),
      'src.js': 'module.exports = 0;',
      '.gitignore': 'dist\n',
    });
    await rig.host.agent.startWatching();
    await rig.run({ all: true, buildsOnly: true });
    for (const value of ['1', '2', '3']) {
      // While git is at work, or files are written without a pause, the watching tells nothing.
      await rig.repository.write({ '.git/index.lock': '', 'src.js': `module.exports = ${value};` });
      const { executionId, status } = await rig.run({ all: true, buildsOnly: true });
      assert.equal(status, 'succeeded');
      const { result } = await rig.event('build.finished', (event) => event.executionId === executionId);
      assert.equal(result.status, 'succeeded', `saved as ${value}: ${result.reason}`);
    }
  });
});
