// Access matrices as Cedar reads them: per action one layer, open to the columns whose cell allows it.
import type { Question } from '../../../src/modules/decisions/facts.model.ts';
import type { Form } from '../../../src/modules/decisions/forms/index.ts';
import { allOf, anyOf, layer, memberOf, setOf, text } from './cedar-text.ts';

type MatrixForm = Extract<Form, { kind: 'matrix' }>;
type Column = MatrixForm['columns'][number];

/** The levels that allow an action, said the other way round than in the product. */
const allowing: Record<string, string[]> = {
  view: ['L', 'W', 'D', 'WD', 'VB'],
  new: ['W', 'D', 'WD', 'VB'],
  modify: ['W', 'D', 'WD', 'VB'],
  delete: ['D', 'WD', 'VB'],
  manage_access: ['VB'],
};

function inColumn(column: Column): string {
  const { groups, relationship, personConcerned } = column;
  const related =
    relationship && `resource.related.contains(${text(`${relationship.list}/${relationship.attribute}`)})`;
  return allOf([
    ...(groups ? [`(${anyOf(groups.map(memberOf))})`] : []),
    ...(related ? [relationship?.not ? `!${related}` : related] : []),
    ...(personConcerned
      ? [`resource has ${personConcerned} && resource.${personConcerned} == principal.id`]
      : []),
  ]);
}

function cellsFor(form: MatrixForm, type: string, action: string): string[] {
  return form.matrices.flatMap((matrix) => {
    if (matrix.type !== type) return [];
    const specific = matrix.rows.filter((row) => row.specific).map((row) => `${matrix.id}.${row.id}`);
    return matrix.rows.flatMap((row) =>
      form.columns.flatMap((column) => {
        const level = row.cells[column.id];
        if (row.notApplicable || !level || !allowing[action]!.includes(level)) return [];
        const onItems = action === 'modify' || action === 'delete';
        const place = [
          `resource.rows.contains(${text(`${matrix.id}.${row.id}`)})`,
          ...(row.specific ? [] : [`!resource.rows.containsAny(${setOf(specific)})`]),
          ...(onItems && row.ownItemsOnly.includes(column.id)
            ? ['resource has owner && resource.owner == principal.id']
            : []),
        ];
        const replaced = form.exceptions.filter(
          (exception) => exception.matrix === matrix.id && exception.column === column.id,
        );
        const within = (system: string) => `resource has system && resource.system == ${text(system)}`;
        return [
          allOf([inColumn(column), ...place, ...replaced.map(({ system }) => `!(${within(system)})`)]),
          ...replaced.map(({ system, group }) => allOf([memberOf(group), ...place, within(system)])),
        ];
      }),
    );
  });
}

export function matrixPolicies(form: MatrixForm): string[] {
  const types = [...new Set(form.matrices.map(({ type }) => type))];
  return types.flatMap((type) =>
    Object.keys(allowing).map((action) => layer(type, action, anyOf(cellsFor(form, type, action)))),
  );
}

export function matrixAttributes(form: MatrixForm, { subject, resource }: Question) {
  const related = form.columns.flatMap(({ relationship }) => {
    if (!relationship) return [];
    const { list, field, attribute } = relationship;
    const concerned = resource.attributes[attribute];
    const holds = (subject.lists[list] ?? []).some(
      (item) => Array.isArray(concerned) && concerned.includes(String(item[field])),
    );
    return holds ? [`${list}/${attribute}`] : [];
  });
  return { principal: {}, resource: { rows: [...resource.nodes], related } };
}
