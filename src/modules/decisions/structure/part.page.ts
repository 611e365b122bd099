// Builds the page of one part of a rights model: the things in it, and what can be done with each.
import { paths } from '../../../web/paths.ts';
import { sourceText, type ModelPage } from '../models/page-parts.ts';
import { itemsOf, keyOf, type Item, type Part, type PartField } from './part.model.ts';
import {
  choiceText,
  labelOf,
  labelOfItem,
  partHeader,
  textOf,
  titleOf,
  type Standing,
} from './structure.page.ts';
import { unfinishedNotice } from './unfinished.page.ts';

export function buildPartPage(page: ModelPage, { forms, version }: Standing, part: Part) {
  const { id } = page.place;
  const items = itemsOf(forms, part);
  const listed = part.fields.filter((field) => field.listed);
  const inside = Object.values(part.inside ?? {})[0];
  const add = {
    text: textOf(page, `parts.${part.kind}.add`),
    href: paths.addToRightsModel(id, part.id),
    kind: 'primary' as const,
    icon: 'plus',
  };
  return {
    header: { ...partHeader(page, forms, part), actions: part.fixed ? [] : [add] },
    lead: textOf(page, `parts.${part.kind}.lead`),
    caption: titleOf(page, part),
    unfinished: unfinishedNotice(page, forms),
    version,
    columns: [nameLabel(page, part), ...listed.map((field) => labelOf(page, field))],
    inside: inside && textOf(page, `parts.${inside.kind}.title`),
    /** The database keeps no order of members. */
    moves: part.shape !== 'members' && items.length > 1,
    removes: !part.fixed,
    rows: items.map((item, index) =>
      rowOf(page, forms, part, listed, { item, index, last: items.length - 1 }),
    ),
    empty: { title: textOf(page, 'empty') },
    backHref: part.parent ? paths.rightsModelPart(id, part.parent) : paths.rightsModelStructure(id),
  };
}

const nameLabel = (page: ModelPage, part: Part): string =>
  labelOf(
    page,
    part.fields.find(({ name }) => name === part.name)!,
  );

function rowOf(
  page: ModelPage,
  forms: Standing['forms'],
  part: Part,
  listed: readonly PartField[],
  at: { readonly item: Item; readonly index: number; readonly last: number },
) {
  const { id } = page.place;
  const key = keyOf(part, at.item, at.index);
  const name = labelOfItem(part, at.item);
  const inside = part.inside?.[key];
  const move = (by: 1 | -1, may: boolean) => ({
    by,
    may,
    sign: by === 1 ? '↓' : '↑',
    text: textOf(page, by === 1 ? 'down' : 'up', { name }),
  });
  return {
    name,
    code: part.key === undefined || part.key === part.name ? undefined : key,
    href: paths.rightsModelItem(id, part.id, key),
    cells: listed.map((field) => ({ label: labelOf(page, field), text: shownOf(page, field, at.item) })),
    inside: inside && {
      text: textOf(page, 'inside', { count: itemsOf(forms, inside).length }),
      href: paths.rightsModelPart(id, inside.id),
    },
    moveAction: paths.moveRightsModelItem(id, part.id, key),
    moves: [move(-1, at.index > 0), move(1, at.index < at.last)],
    removeHref: paths.removeRightsModelItem(id, part.id, key),
  };
}

function shownOf(page: ModelPage, field: PartField, item: Item): string {
  const value = item[field.name];
  if (value === undefined) return '';
  if (typeof value === 'boolean') return textOf(page, value ? 'yes' : 'no');
  const texts = [value].flat().map(String);
  if (field.text === 'filledBy') return texts.map((source) => sourceText(page.words, source)).join(', ');
  return texts.map((text) => choiceText(page, field, text)).join(', ');
}
