import assert from 'node:assert/strict';
import { launchConfiguration, type DebugCommand } from '../../../extension/test-explorer/launch-configuration.ts';

const command: DebugCommand = {
  type: 'node',
  program: '/r/a',
  arguments: ['x'],
  runtimeArguments: ['--flag'],
  cwd: '/r',
  environment: { A: '1' },
};
const shared = { name: 'n', request: 'launch', args: ['x'], cwd: '/r', env: { A: '1' }, console: 'internalConsole' };

describe('the launch configuration', () => {
  it('fits the debugger of each framework', () => {
    assert.deepEqual(launchConfiguration('n', command), { ...shared, type: 'node', program: '/r/a', runtimeArgs: ['--flag'] });
    assert.deepEqual(launchConfiguration('n', { ...command, type: 'debugpy' }), {
      ...shared,
      type: 'debugpy',
      program: '/r/a',
      pythonArgs: ['--flag'],
      justMyCode: false,
    });
    assert.deepEqual(launchConfiguration('n', { ...command, type: 'go' }), { ...shared, type: 'go', program: '/r/a', mode: 'test' });
    assert.deepEqual(launchConfiguration('n', { ...command, type: 'lldb' }), { ...shared, type: 'lldb', program: '/r/a' });
    assert.deepEqual(launchConfiguration('n', { ...command, type: 'lldb', cargo: ['test'] }), {
      ...shared,
      type: 'lldb',
      cargo: { args: ['test'] },
    });
    assert.deepEqual(launchConfiguration('n', { ...command, type: 'java', classPaths: ['/c'] }), {
      ...shared,
      type: 'java',
      mainClass: '/r/a',
      classPaths: ['/c'],
    });
  });
});
