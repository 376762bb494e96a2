// What an endpoint of a language model can answer, over a real connection.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { askEndpoint, type EndpointRequest } from '../../../../agent/tests/generation/model/endpoint.ts';
import { completion, serveModel } from '../../../rig/model-endpoint.ts';

async function ask(reply: (response: ServerResponse) => void, more: Partial<EndpointRequest> = {}) {
  await using endpoint = await serveModel(reply);
  const answered = await askEndpoint({
    url: endpoint.url,
    model: 'small',
    key: 'sk-secret',
    prompt: { system: 'You write tests.', user: 'Write.' },
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    ...more,
  });
  const said = answered.ok ? answered.value : answered.failure.message;
  return { said: said.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST'), asked: endpoint.asked };
}

async function said(status: number, body: string, more?: Partial<EndpointRequest>): Promise<string> {
  return (await ask((response) => response.writeHead(status).end(body), more)).said;
}

describe('an endpoint of a language model', () => {
  it('is sent the prompt, the name of the model and the key', async () => {
    const { said: text, asked } = await ask((response) => response.end(completion('hello')));
    assert.equal(text, 'hello');
    assert.deepEqual(asked, [
      {
        path: '/v1/chat/completions',
        authorization: 'Bearer sk-secret',
        body: {
          model: 'small',
          messages: [
            { role: 'system', content: 'You write tests.' },
            { role: 'user', content: 'Write.' },
          ],
          stream: false,
        },
      },
    ]);
  });

  it('is sent no key where there is none', async () => {
    const { asked } = await ask((response) => response.end(completion('hello')), { key: null });
    assert.equal(asked[0]?.authorization, undefined);
  });

  it('can refuse', async () => {
    const refusal = completion('', { message: { content: null, refusal: 'I cannot\nhelp' } });
    assert.equal(await said(200, refusal), 'the model refused: I cannot help');
    assert.equal(
      await said(200, completion('', { finish_reason: 'content_filter' })),
      'HOST held its answer back (content_filter)',
    );
    assert.equal(await said(401, '{"error":{"message":"bad sk-secret"}}'), 'HOST does not take the key (401): bad …');
    assert.equal(await said(401, '', { key: null }), 'HOST asks for a key (401)');
    assert.equal(await said(404, 'x'), "HOST does not know the address or the model 'small' (404): x");
    assert.equal(await said(429, '{"error":"slow down"}'), 'HOST takes no more requests for now (429): slow down');
    assert.equal(await said(500, '<html>'), 'HOST answered 500: <html>');
  });

  it('can answer with junk', async () => {
    assert.match(await said(200, 'no json'), /^HOST answered with something that is no chat completion: no json$/);
    assert.match(await said(200, ''), /no chat completion: nothing$/);
    assert.match(await said(200, '{"choices":[]}'), /no chat completion/);
    assert.equal(await said(200, completion('  ')), 'the answer of HOST is empty');
    assert.equal(await said(200, 'x'.repeat(2_000_000)), 'HOST answered with more than 1 MB');
  });

  it('is not followed to another address', async () => {
    const { said: text } = await ask((response) => response.writeHead(307, { Location: 'http://127.0.0.1:1/' }).end());
    assert.equal(text, 'HOST answered 307, a redirect, which is not followed');
  });

  it('can be silent, away, or called off', async () => {
    assert.equal((await ask(() => {}, { timeoutMs: 50 })).said, 'HOST did not answer within 0.05 s');
    assert.equal(
      (await ask(() => {}, { url: 'http://127.0.0.1:1/v1' })).said.replace(/\(.*\)/, ''),
      'HOST could not be reached ',
    );
    const controller = new AbortController();
    const { said: text } = await ask(() => controller.abort(), { signal: controller.signal });
    assert.equal(text, 'it was called off');
  });

  it('is not asked at an address that is none, or that a key must not go to', async () => {
    const not = (url: string) => ask(() => {}, { url }).then((each) => each.said);
    assert.equal(await not('nowhere'), 'NOODLE_TEST_MODEL_URL is no URL');
    assert.equal(await not('ftp://a/v1'), 'NOODLE_TEST_MODEL_URL: expected http or https, found ftp:');
    assert.match(await not('https://me:word@a/v1'), /holds a user or password/);
    assert.match(await not('http://models.example/v1'), /is no https address, so the key for models\.example would go/);
  });
});
