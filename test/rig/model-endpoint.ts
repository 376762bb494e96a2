// An OpenAI-compatible endpoint on this machine that answers what a test says.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AskedModel {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: { readonly model: string; readonly messages: readonly { role: string; content: string }[] };
}

export interface ModelEndpoint extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly AskedModel[];
}

/** `reply` fills each answer; one that ends nothing keeps its client waiting. */
export async function serveModel(reply: (response: ServerResponse) => void): Promise<ModelEndpoint> {
  const asked: AskedModel[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({
        path: request.url ?? '',
        authorization: request.headers.authorization,
        // Our own request; the test looks at what is in it.
        body: JSON.parse(Buffer.concat(chunks).toString()) as AskedModel['body'],
      });
      reply(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server on a port has an address with one.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A chat completion with this text. */
export function completion(content: string, more: object = {}): string {
  return JSON.stringify({
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop', ...more }],
  });
}
