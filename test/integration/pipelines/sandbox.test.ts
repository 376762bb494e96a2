// Steps that ask for a sandbox: kept in bubblewrap where it is, refused where it is not, never kept less.
import { bubblewrapProbe } from '../../../agent/engine/sandbox.ts';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { needDebianTool } from '../../rig/debian-tools.ts';
import { PipelineRig } from '../../rig/pipeline-rig.ts';

describe('a step in bubblewrap', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip();
    needDebianTool(this, { needs: ['bwrap'], packages: ['bubblewrap'] });
    const works = spawnSync('bwrap', bubblewrapProbe);
    if (works.status === 0) return;
    process.stdout.write('skipped: bubblewrap cannot make namespaces here\n');
    this.skip();
  });

  it('writes where it may, sees what it may, and has no network', async () => {
    await using rig = await PipelineRig.create({}, { PRIVATE_THING: 'must not be seen', SHARED_THING: 'may be seen' });
    const ended = await rig.define({
      steps: {
        inside: {
          command: 'mkdir -p out && echo written > out/file.txt && echo "[$PRIVATE_THING|$SHARED_THING|$OWN]"',
          environment: { OWN: 'declared' },
          sandbox: { kind: 'bubblewrap', environment: ['SHARED_THING'] },
        },
        outside: { command: 'touch /usr/made-by-a-step', sandbox: { kind: 'bubblewrap' } },
        elsewhere: { command: 'echo x > readme.txt', sandbox: { kind: 'bubblewrap', write: ['.noodle-out'] } },
        token: { command: 'cat .git/noodle/agent.lock', sandbox: { kind: 'bubblewrap' } },
        network: {
          command:
            "node -e \"fetch('http://127.0.0.1:9').catch(e=>{console.log(e.cause.code);process.exit(Object.keys(require('os').networkInterfaces()).filter(n=>n!=='lo').length)})\"",
          sandbox: { kind: 'bubblewrap' },
        },
      },
    });
    const states = rig.states(ended);
    assert.equal(states['inside'], 'succeeded', JSON.stringify(states));
    assert.equal(states['network'], 'succeeded', JSON.stringify(states));
    for (const refused of ['outside', 'elsewhere', 'token']) assert.match(states[refused] ?? '', /^failed/, refused);
    const { text } = await rig.client.getExecutionLog({ id: ended.id, stepId: rig.step('inside') });
    assert.equal(text, '[|may be seen|declared]\n');
    assert.equal(await rig.repository.read('out/file.txt'), 'written\n');
  });

  it('is ended with all that it started', async () => {
    await using rig = await PipelineRig.create();
    const ended = await rig.define({
      steps: {
        slow: { command: "trap '' TERM; sleep 600 & sleep 600", timeout: 0.5, sandbox: { kind: 'bubblewrap' } },
      },
    });
    assert.match(rig.states(ended)['slow'] ?? '', /^timed_out/);
    assert.deepEqual(await rig.processesLeft(), []);
  });
});

describe('a step whose sandbox cannot be had', () => {
  it('is refused and says why', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'noodle-tools-'));
    // A PATH with everything but bwrap, podman and docker.
    for (const name of ['sh', 'git', 'node', 'env']) {
      const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
      await writeFile(
        path.join(folder, name),
        `#!/bin/sh\nexec ${found} "$@"\n`.replace('#!/bin/sh', name === 'sh' ? '#!/bin/bash' : '#!/bin/sh'),
      );
      await chmod(path.join(folder, name), 0o755);
    }
    try {
      await using rig = await PipelineRig.create({}, { PATH: folder });
      const ended = await rig.define({
        steps: {
          a: { command: 'true', sandbox: { kind: 'container', image: 'any' } },
          b: { command: 'true', sandbox: { kind: 'bubblewrap' } },
        },
      });
      const states = rig.states(ended);
      assert.equal(
        states['a'],
        'failed: the sandbox that the step asks for cannot be had: neither podman nor docker is installed',
      );
      assert.match(states['b'] ?? '', /^failed: the sandbox that the step asks for cannot be had: bubblewrap/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('a step in a container', () => {
  it('is handed to the tool with its image, its folder, no network and its variables by name', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'noodle-tools-'));
    // Stands for podman: says what it was asked, and runs what stands behind the image.
    const script =
      '#!/bin/sh\ncase "$1" in run) echo "asked: $*"; while [ "$1" != the-image ]; do shift; done; shift; exec "$@";; *) exit 0;; esac\n';
    await writeFile(path.join(folder, 'podman'), script);
    await chmod(path.join(folder, 'podman'), 0o755);
    try {
      await using rig = await PipelineRig.create(
        {},
        { PATH: `${folder}${path.delimiter}${process.env['PATH'] ?? ''}` },
      );
      const ended = await rig.define({
        steps: {
          a: {
            command: 'echo inside',
            environment: { OWN: 'a value' },
            sandbox: { kind: 'container', image: 'the-image' },
          },
        },
      });
      assert.deepEqual(rig.states(ended), { a: 'succeeded' });
      const { text } = await rig.client.getExecutionLog({ id: ended.id, stepId: rig.step('a') });
      assert.match(
        text,
        /^asked: run --rm --init --pull never --name noodle-run-\S+ --network none .*--env OWN .*the-image sh -c echo inside\ninside\n$/,
      );
      assert.ok(!text.includes('a value'));
      assert.ok(text.includes(`source=${rig.root},target=${rig.root}`));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
