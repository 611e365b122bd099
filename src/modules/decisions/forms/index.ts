// Rights models as administrators write them: the forms, what is wrong with them, and the gates and rules they become.
export { checkForms, compileForms, modelFormsSchema, modelFormsShape, vocabularyOf } from './model-forms.ts';
export type { Form, FormKind, ModelForms } from './model-forms.ts';
export { namesOfGroup } from './vocabulary.form.ts';
export type { FormProblem, GroupForm, ResourceTypeForm, Vocabulary } from './vocabulary.form.ts';
export {
  accessListAttributes,
  declaredFacts,
  declaredRecordFacts,
  fitsField,
  hasAccessList,
  type DeclaredFacts,
  type FactField,
  type FactList,
} from './declared-facts.ts';
export { keepingFromDraft } from './unfinished.ts';
