// All parts of a document, and the one of an address.
import type { Form, FormProblem, ModelForms } from '../forms/index.ts';
import { accessListsParts, recordListsParts, scopeParts } from './other.parts.ts';
import { matrixParts } from './matrix.parts.ts';
import type { Part, Path } from './part.model.ts';
import { permissionsParts } from './permissions.parts.ts';
import { vocabularyParts } from './vocabulary.parts.ts';

/** The parts that stand by themselves; those inside a thing hang on it. */
export const partsOf = (forms: ModelForms): Part[] => [
  ...vocabularyParts(forms),
  ...forms.forms.flatMap((form, index) => partsOfForm(forms, form, ['forms', index])),
];

function partsOfForm(forms: ModelForms, form: Form, path: Path): Part[] {
  switch (form.kind) {
    case 'permissions':
      return permissionsParts(forms, form, path);
    case 'scope':
      return scopeParts(forms, form, path);
    case 'matrix':
      return matrixParts(forms, form, path);
    case 'record_lists':
      return recordListsParts(forms, form, path);
    case 'access_lists':
      return accessListsParts(forms, form, path);
  }
}

const allParts = (forms: ModelForms): Part[] =>
  partsOf(forms).flatMap((part) => [part, ...Object.values(part.inside ?? {})]);

export const findPart = (forms: ModelForms, id: string): Part | undefined =>
  allParts(forms).find((part) => part.id === id);

/** The part a mistake is in, as near as it can be told. */
export function partOfProblem(forms: ModelForms, { path }: FormProblem): Part | undefined {
  const holds = (part: Part) => part.path.every((step, index) => path[index] === step);
  return allParts(forms)
    .filter((part) => part.path.length > 0 && holds(part))
    .sort((a, b) => b.path.length - a.path.length)[0];
}
