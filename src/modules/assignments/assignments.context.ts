// The context values of an assignment in words: names of options and of units instead of their codes.
import { sql, type RawBuilder } from 'kysely';
import type { ContextValues, Names } from '../../platform/db/types.ts';
import type { T } from '../../platform/i18n.ts';
import { nameIn, type ContextDefinition } from '../rights/index.ts';

/** Context values as they are stored, with the names of the units of the organisation among them, by code. */
export interface ShownContext {
  readonly context: ContextValues;
  readonly unitNames: Readonly<Record<string, string>> | null;
}

/** SQL of `unitNames` for an assignment under that alias: null when no value is the code of a unit. */
export const unitNamesOf = (alias: string): RawBuilder<Record<string, string> | null> => {
  const a = sql.table(alias);
  return sql`case when ${a}.context <> '{}' then (
    select jsonb_object_agg(u.code, u.name) from unit u where u.organisation_id = ${a}.organisation_id and u.code in (
      select jsonb_array_elements_text(given.value) from jsonb_each(${a}.context) given)) end`;
};

/** "Module: Subsidies, Permits" for each definition that has values. */
export function contextText(
  words: T,
  shown: ShownContext,
  definitions: readonly ContextDefinition[],
): string[] {
  return Object.entries(shown.context).map(([code, values]) => {
    const definition = definitions.find((one) => one.code === code);
    const names = values.map((value) => {
      if (definition?.kind === 'unit') return shown.unitNames?.[value] ?? value;
      const option = definition?.options.find((one) => one.code === value);
      return option ? nameIn(option.names, words.lang, value) : value;
    });
    return `${nameIn(definition?.names ?? ({} as Names), words.lang, code)}: ${words.list(names)}`;
  });
}
