// Puts the document of a rights model, which stands in a file of its own, into the declaration that names it. Mistakes in it
// are told with their place in that file.
import { stat, readFile } from 'node:fs/promises';
import type { Declared, Problems } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { checkForm, maxYamlBytes, readValue, type Referring } from './sources.yaml.ts';

/** @param file where it is, as `name` for people and `path` for the machine */
export async function readReferring(
  referring: Referring,
  file: { readonly name: string; readonly path: string },
  problems: Problems,
): Promise<Declared<DeclaredValue<'rightsModels'>> | undefined> {
  const { source, raw } = referring;
  const refuse = (code: string, params: Record<string, string | number>) =>
    problems.add(source.placeOf(['document']), `${source.path}.document`, code, params);
  const text = await readText(file.path).catch((error: unknown) => {
    refuse('file_unreadable', { message: error instanceof Error ? error.message : String(error) });
  });
  if (text === undefined) return undefined;
  if (text === tooLarge)
    return void refuse('declaration_file_too_large', { maximum: maxYamlBytes / 1024 / 1024 });
  const document = readValue(file.name, text.replace(/^\uFEFF/, ''), problems);
  if (document === undefined) return undefined;
  const placed = {
    ...source,
    placeOf: (path: readonly PropertyKey[]) =>
      path[0] === 'document' ? document.placeOf(path.slice(1)) : source.placeOf(path),
  };
  const value = checkForm('rightsModels', { ...raw, document: document.value }, placed, problems);
  return value && { ...placed, value };
}

const tooLarge = Symbol('too large');

async function readText(path: string): Promise<string | typeof tooLarge> {
  const { size } = await stat(path);
  return size > maxYamlBytes ? tooLarge : readFile(path, 'utf8');
}
