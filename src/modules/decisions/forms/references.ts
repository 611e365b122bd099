// Whether what the forms became speaks of attributes and actions that the kinds of record have. A misspelt attribute would not
// fail: it would be absent, and a condition on it silently false.
import type { Condition, Term } from '../condition.model.ts';
import type { Gate } from '../rights-model.model.ts';
import type { FormProblem, Vocabulary } from './vocabulary.form.ts';

/** A path of attribute names, and the type of record it starts at. */
interface Reference {
  readonly type: string;
  readonly path: string;
}

const always = new Set(['id', 'type', 'owner', 'nodes']);

function ofTerms(terms: readonly Term[], type: string, found: string | undefined): Reference[] {
  return terms.flatMap((term) => {
    if ('resource' in term) return [{ type, path: term.resource }];
    return 'found' in term && found ? [{ type: found, path: term.found }] : [];
  });
}

function referencesOf(condition: Condition, type: string, found?: string): Reference[] {
  if ('all' in condition) return condition.all.flatMap((part) => referencesOf(part, type, found));
  if ('any' in condition) return condition.any.flatMap((part) => referencesOf(part, type, found));
  if ('not' in condition) return referencesOf(condition.not, type, found);
  if ('has' in condition) return ofTerms([condition.has], type, found);
  if ('some' in condition) return referencesOf(condition.that, type, found);
  if ('exists' in condition) return referencesOf(condition.that, type, condition.exists);
  return Object.values(condition).flatMap((operands) => ofTerms(operands, type, found));
}

function isDeclared({ type, path }: Reference, { types }: Vocabulary): boolean {
  const steps = path.split('.');
  let current = types.get(type);
  for (; steps[0] === 'parent'; steps.shift()) {
    current = current?.parentType === undefined ? undefined : types.get(current.parentType);
  }
  const [name] = steps;
  return (
    current !== undefined &&
    name !== undefined &&
    (always.has(name) || Object.hasOwn(current.attributes, name))
  );
}

function problemsOfGate(gate: Gate, type: string, vocabulary: Vocabulary): FormProblem[] {
  const known = vocabulary.types.get(type)?.actions ?? [];
  const named = [...(gate.actions ?? []), ...gate.rules.flatMap((rule) => rule.actions ?? [])];
  const parentType = vocabulary.types.get(vocabulary.types.get(type)?.parentType ?? '');
  const { parent } = gate;
  const references = gate.rules.flatMap((rule) => (rule.when ? referencesOf(rule.when, type) : []));
  return [
    ...named
      .filter((action) => !known.includes(action))
      .map((action) => ({ code: 'unknown_action', path: [], params: { type, action } })),
    ...(parent && parentType && !parentType.actions.includes(parent.action)
      ? [{ code: 'unknown_action', path: [], params: { type: parentType.name, action: parent.action } }]
      : []),
    ...references
      .filter((reference) => !isDeclared(reference, vocabulary))
      .map(({ path }) => ({ code: 'missing_attribute', path: [], params: { type, attribute: path } })),
  ];
}

/** Each problem once, however many rules share it. */
export function checkReferences(gates: readonly Gate[], vocabulary: Vocabulary): FormProblem[] {
  const problems = gates.flatMap((gate) =>
    gate.types
      .filter((type) => vocabulary.types.has(type))
      .flatMap((type) => problemsOfGate(gate, type, vocabulary)),
  );
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
