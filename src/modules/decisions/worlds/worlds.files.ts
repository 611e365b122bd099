// The four demonstration worlds, read from their files: what demonstrations and tests of rights models begin with.
import { readFileSync } from 'node:fs';
import { modelFormsSchema } from '../forms/index.ts';
import { worldSchema, type World } from './world.model.ts';

export const worldNames = ['sec', 'school', 'exact', 'ecase'] as const;
export type WorldName = (typeof worldNames)[number];

const directory = new URL('../../../../config/demo/', import.meta.url);

const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, directory), 'utf8'));

/** Reads a world from its files. @throws ZodError when they are not one. */
export function readWorld(name: WorldName): World {
  const world = worldSchema.parse(readJson(`decisions/${name}.json`));
  return { ...world, forms: modelFormsSchema.parse(readJson(`models/${name}.json`)) };
}
