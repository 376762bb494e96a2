// Where final steps stand.
import assert from 'node:assert/strict';
import { readPipelineFile } from '../../../agent/workspace/configuration.ts';

describe('final steps', () => {
  it('are told to stand beside the steps where a step names them', () => {
    const text = 'pipelines:\n  p:\n    steps:\n      a: { command: x, finally: true }\n';
    assert.match(JSON.stringify(readPipelineFile(text)), /final steps stand under finally, beside steps/);
  });

  it('stand beside services, retries and waits', () => {
    const text = `pipelines:
  p:
    services:
      api: { command: npm run serve, ready: { port: 3000 } }
    steps:
      healthy: { wait: { url: http://127.0.0.1:3000/health }, services: [api] }
      e2e: { command: npm run e2e, needs: [healthy], services: [api], retries: 2, idempotent: true }
    finally:
      tidy: { command: npm run clean }
`;
    assert.doesNotMatch(JSON.stringify(readPipelineFile(text)), /unknown key|expected/);
  });
});
