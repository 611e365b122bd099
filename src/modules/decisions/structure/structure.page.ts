// Builds the page with the parts that a rights model is put together from.
import { paths } from '../../../web/paths.ts';
import type { PageHeader, Table } from '../../../web/view-models.ts';
import type { ModelForms } from '../forms/index.ts';
import { subHeader, type ModelPage } from '../models/page-parts.ts';
import { itemsOf, type Item, type Part, type PartField } from './part.model.ts';
import { partsOf } from './parts.ts';
import { unfinishedNotice } from './unfinished.page.ts';

/** What an edit begins from. */
export interface Standing {
  readonly forms: ModelForms;
  /** Of the draft; 0: none is there yet. */
  readonly version: number;
}

export const textOf = ({ words }: ModelPage, key: string, params?: Record<string, string | number>): string =>
  words.t(`structure.${key}`, params);

/** The parts of the document, those of the words first and then form by form. */
export function buildStructurePage(page: ModelPage, { forms }: Standing) {
  const sections = Map.groupBy(partsOf(forms), (part) => part.form ?? textOf(page, 'words'));
  return {
    header: subHeader(page, textOf(page, 'title'), textOf(page, 'lead')),
    unfinished: unfinishedNotice(page, forms),
    sections: [...sections].map(([title, parts]) => ({
      title,
      table: partsTable(page, forms, title, parts),
    })),
    backHref: paths.rightsModel(page.place.id),
  };
}

const partsTable = (page: ModelPage, forms: ModelForms, title: string, parts: readonly Part[]): Table => ({
  caption: title,
  columns: [
    { key: 'part', text: textOf(page, 'part') },
    { key: 'lead', text: textOf(page, 'what') },
    { key: 'count', text: textOf(page, 'count'), numeric: true },
  ],
  rows: parts.map((part) => ({
    cells: {
      part: { text: titleOf(page, part), href: hrefOf(page, part) },
      lead: textOf(page, `parts.${part.kind}.lead`),
      count: part.shape === 'single' ? {} : page.words.number(itemsOf(forms, part).length),
    },
  })),
});

const hrefOf = ({ place }: ModelPage, part: Part): string =>
  part.shape === 'single'
    ? paths.rightsModelItem(place.id, part.id, '1')
    : paths.rightsModelPart(place.id, part.id);

export function titleOf(page: ModelPage, { kind, of }: Part): string {
  const title = textOf(page, `parts.${kind}.title`);
  return of === undefined ? title : textOf(page, 'titleOf', { title, of });
}

export const labelOf = (page: ModelPage, field: PartField): string => textOf(page, `fields.${field.text}`);

/** What people call a thing: of a choice, its text. */
export function labelOfItem(part: Part, item: Item): string {
  const value = String(item[part.name]);
  const field = part.fields.find(({ name }) => name === part.name);
  return field?.options?.find((option) => option.value === value)?.text ?? value;
}

export function choiceText(page: ModelPage, field: PartField, value: string): string {
  const option = field.options?.find((each) => each.value === value);
  if (option === undefined) return value;
  return option.text ?? textOf(page, `choices.${value}`);
}

/** The way back leads through the structure, and through what the part is in. */
export function partHeader(page: ModelPage, forms: ModelForms, part: Part, title?: string): PageHeader {
  const { id } = page.place;
  const own = titleOf(page, part);
  const parent = part.parent && partsOf(forms).find((each) => each.id === part.parent);
  const header = subHeader(page, title ?? own, part.form);
  const above = header.breadcrumbs ?? [];
  return {
    ...header,
    breadcrumbs: [
      ...above.slice(0, -1),
      { text: textOf(page, 'title'), href: paths.rightsModelStructure(id) },
      ...(parent ? [{ text: titleOf(page, parent), href: paths.rightsModelPart(id, parent.id) }] : []),
      ...(title === undefined ? [] : [{ text: own, href: paths.rightsModelPart(id, part.id) }]),
      ...above.slice(-1),
    ],
  };
}
