// The stored document of a rights model: the words it uses and the forms that administrators filled in. This is what is kept,
// shown, printed and compared; gates and rules are made from it when it is loaded.
import { unstorablePaths } from '../../../platform/storable.ts';
import { z } from 'zod';
import type { RightsModel } from '../rights-model.model.ts';
import { compileAccessLists } from './access-lists.compile.ts';
import { accessListsForm, checkAccessLists } from './access-lists.form.ts';
import { compileMatrix, nodesOfMatrix } from './matrix.compile.ts';
import { checkMatrix, matrixForm } from './matrix.form.ts';
import { compilePermissions, featureTypes, nodesOfPermissions } from './permissions.compile.ts';
import { checkPermissions, permissionsForm } from './permissions.form.ts';
import { compileRecordLists } from './record-lists.compile.ts';
import { checkRecordLists, recordListsForm } from './record-lists.form.ts';
import { checkReferences } from './references.ts';
import { compileScope } from './scope.compile.ts';
import { checkScope, scopeForm } from './scope.form.ts';
import {
  groupForm,
  repeated,
  resourceTypeForm,
  title,
  unknownType,
  type FormProblem,
  type Vocabulary,
} from './vocabulary.form.ts';

const formSchema = z.discriminatedUnion('kind', [
  permissionsForm,
  scopeForm,
  matrixForm,
  recordListsForm,
  accessListsForm,
]);

/** The members of a document, for those who take only some of them. */
export const modelFormsShape = z.strictObject({
  title,
  /** How this document reads its source where that leaves a choice; shown above the forms. */
  readings: z.array(z.string().max(2000)).default([]),
  resourceTypes: z.array(resourceTypeForm).min(1),
  groups: z.array(groupForm),
  forms: z.array(formSchema).min(1),
});

/** The shape only; `checkForms` says what does not fit together. */
export const modelFormsSchema = modelFormsShape.superRefine((document, context) => {
  for (const path of unstorablePaths(document))
    context.addIssue({ code: 'custom', path: [...path], message: 'holds a character that cannot be stored' });
});

export type ModelForms = z.infer<typeof modelFormsSchema>;
export type Form = z.infer<typeof formSchema>;
export type FormKind = Form['kind'];

export function vocabularyOf(forms: ModelForms): Vocabulary {
  return {
    groups: new Map(forms.groups.map((group) => [group.id, group])),
    types: new Map(forms.resourceTypes.map((type) => [type.name, type])),
  };
}

function checkForm(form: Form, vocabulary: Vocabulary): FormProblem[] {
  return [
    ...checkChoices(form, vocabulary),
    ...checkReferences(compileForm(form, vocabulary, []), vocabulary),
  ];
}

function checkChoices(form: Form, vocabulary: Vocabulary): FormProblem[] {
  switch (form.kind) {
    case 'permissions':
      return checkPermissions(form, vocabulary);
    case 'scope':
      return checkScope(form, vocabulary);
    case 'matrix':
      return checkMatrix(form, vocabulary);
    case 'record_lists':
      return checkRecordLists(form, vocabulary);
    case 'access_lists':
      return checkAccessLists(form, vocabulary);
  }
}

/** What does not fit together in a document of the right shape; empty when it can be published. */
export function checkForms(forms: ModelForms): FormProblem[] {
  const vocabulary = vocabularyOf(forms);
  const reserved = forms.resourceTypes.filter(({ name }) => featureTypes.some((own) => own.name === name));
  return [
    ...repeated([...forms.groups.map(({ id }) => id)], ['groups']),
    ...repeated([...forms.resourceTypes.map(({ name }) => name)], ['resourceTypes']),
    ...repeated([...forms.forms.map(({ id }) => id)], ['forms']),
    ...repeated([...nodesOf(forms).map(({ id }) => id)], ['forms']),
    ...reserved.map(({ name }) => ({
      code: 'reserved_type',
      path: ['resourceTypes'],
      params: { type: name },
    })),
    ...forms.resourceTypes.flatMap(({ parentType }, index) =>
      parentType ? unknownType(vocabulary, parentType, ['resourceTypes', index]) : [],
    ),
    ...forms.forms.flatMap((form, index) =>
      checkForm(form, vocabulary).map((problem) => ({ ...problem, path: ['forms', index, ...problem.path] })),
    ),
    ...uncovered(forms),
  ];
}

/** What no form speaks of is denied to everybody, which nobody means by leaving it out. */
function uncovered(forms: ModelForms): FormProblem[] {
  const { gates } = compileForms(forms);
  return forms.resourceTypes.flatMap(({ name, actions }, index) => {
    const covering = gates.filter((gate) => gate.types.includes(name));
    const open = actions.filter(
      (action) => !covering.some((gate) => gate.actions === undefined || gate.actions.includes(action)),
    );
    return open.map((action) => ({
      code: 'nothing_decides',
      path: ['resourceTypes', index],
      params: { type: name, action },
    }));
  });
}

function nodesOf(forms: ModelForms): RightsModel['nodes'] {
  return forms.forms.flatMap((form) => {
    if (form.kind === 'permissions') return nodesOfPermissions(form);
    return form.kind === 'matrix' ? nodesOfMatrix(form) : [];
  });
}

function compileForm(form: Form, vocabulary: Vocabulary, features: readonly string[]): RightsModel['gates'] {
  switch (form.kind) {
    case 'permissions':
      return compilePermissions(form, vocabulary);
    case 'scope':
      return compileScope(form, vocabulary, features);
    case 'matrix':
      return compileMatrix(form, vocabulary);
    case 'record_lists':
      return compileRecordLists(form, vocabulary);
    case 'access_lists':
      return compileAccessLists(form, vocabulary);
  }
}

/** Gates and rules of a document. Takes a document that `checkForms` found nothing wrong with. */
export function compileForms(forms: ModelForms): RightsModel {
  const vocabulary = vocabularyOf(forms);
  const own = forms.forms.some(({ kind }) => kind === 'permissions') ? featureTypes : [];
  const types = forms.resourceTypes.map(({ name, actions, parentType, classifiedBy, attributes }) => ({
    name,
    actions,
    parentType,
    classifiedBy,
    attributes,
  }));
  return {
    resourceTypes: [...own, ...types],
    nodes: nodesOf(forms),
    gates: forms.forms.flatMap((form) =>
      compileForm(
        form,
        vocabulary,
        own.map(({ name }) => name),
      ),
    ),
  };
}
