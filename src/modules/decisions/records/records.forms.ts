// Reads the form of an own list.
import { z } from 'zod';
import { formField, parseForm, type Parsed } from '../../../web/form.ts';
import { listLevels } from '../forms/access-lists.form.ts';
import type { LevelOfGroup } from './access-list.model.ts';
import { levelName } from './record.form.page.ts';

export interface AccessListForm {
  readonly version: number;
  /** Undefined: no list of its own. */
  readonly levels: LevelOfGroup | undefined;
}

/** @param groups codes of the groups of the model */
export function parseAccessListForm(groups: readonly string[], body: unknown): Parsed<AccessListForm> {
  const level = z.enum(listLevels, { error: 'choose' }).optional();
  const fields = Object.fromEntries(groups.map((group) => [levelName(group), level]));
  const own = z.enum(['inherited', 'own'], { error: 'choose' });
  const parsed = parseForm(z.object({ ...fields, version: formField.version(), own }), body);
  if (!parsed.ok) return parsed;
  const typed = new Map<string, unknown>(Object.entries(parsed.value));
  const levels = new Map(
    groups.flatMap((group) => {
      const chosen = listLevels.find((each) => each === typed.get(levelName(group)));
      return chosen ? [[group, chosen] as const] : [];
    }),
  );
  const { version, own: which } = parsed.value;
  return { ok: true, typed: parsed.typed, value: { version, levels: which === 'own' ? levels : undefined } };
}
