// The JSON schema of noodle.yaml, as it is published in agent/protocol/noodle.schema.json.
import { z } from 'zod';
import { ConfigurationFile } from './configuration-file.ts';

/** For other editors and for people; the product itself checks more than a schema can say. */
export function publishedSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(ConfigurationFile, { io: 'input' }), title: 'noodle.yaml' };
}
