// The JSON Schema that editors check declaration files with.
import { z } from 'zod';
import { fileFormat } from './provisioning.format.ts';

/** JSON Schema 2020-12 of a declaration file. A test keeps docs/schema/mandaat.schema.json the same. */
export function publishedSchema(): object {
  return z.toJSONSchema(fileFormat, { io: 'input', reused: 'inline' });
}
