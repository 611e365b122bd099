// The four demonstration worlds, read from their files: what demonstrations and tests of rights models begin with.
import { readFileSync } from 'node:fs';
import { worldSchema, type World } from './world.model.ts';

export const worldNames = ['sec', 'school', 'exact', 'ecase'] as const;
export type WorldName = (typeof worldNames)[number];

const directory = new URL('../../../../config/demo/decisions/', import.meta.url);

/** Reads a world from its file. @throws ZodError when the file is not one. */
export function readWorld(name: WorldName): World {
  return worldSchema.parse(JSON.parse(readFileSync(new URL(`${name}.json`, directory), 'utf8')));
}
