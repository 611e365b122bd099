// What two models may decide otherwise: the kinds of record and the items on which their choices differ. Pure.
import { sameForNode, sameForRecords, type Models } from './same-decision.ts';

/** Something on which the two models decide by other choices; `node`: about a menu or other item itself. */
export interface OpenQuestion {
  readonly type: string;
  readonly action: string;
  readonly node?: string | undefined;
}

export function openQuestions(models: Models): OpenQuestion[] {
  const types = new Map(
    models.flatMap(({ resourceTypes }) => resourceTypes).map((type) => [type.name, type]),
  );
  const actionsOf = (name: string): string[] => [
    ...new Set(
      models.flatMap((model) => model.resourceTypes.find((type) => type.name === name)?.actions ?? []),
    ),
  ];
  const nodesOf = (name: string): string[] => [
    ...new Set(models.flatMap(({ nodes }) => nodes.filter(({ type }) => type === name).map(({ id }) => id))),
  ];
  return [...types.values()].flatMap(({ name: type, ofModel }) =>
    actionsOf(type).flatMap((action): OpenQuestion[] => {
      if (!ofModel) return sameForRecords(models, type, action) ? [] : [{ type, action }];
      const open = nodesOf(type).filter((node) => !sameForNode(models, type, action, node));
      return open.map((node) => ({ type, action, node }));
    }),
  );
}
