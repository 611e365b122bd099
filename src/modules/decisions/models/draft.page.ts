// Builds the pages of the draft as a whole: its document as text, and what publishing it would change for whom.
import { paths } from '../../../web/paths.ts';
import { differenceParts } from './difference.page.ts';
import { comparingPart } from './comparing.ts';
import type { Standing } from './difference.runs.ts';
import type { Difference } from './models.difference.ts';
import type { StoredModel } from './models.queries.ts';
import { unfinishedNotice } from '../structure/unfinished.page.ts';
import { say, subHeader, type ModelPage } from './page-parts.ts';

/** The document itself, to take along, to bring in, or to change what the tables do not reach. */
export function buildDocumentPage(
  page: ModelPage,
  document: string,
  version: number,
  problems: readonly string[] = [],
) {
  const { words, place } = page;
  return {
    header: subHeader(page, say(words, 'document.title')),
    errors: problems.map((text) => ({ text })),
    action: paths.rightsModelDocument(place.id),
    version,
    field: {
      name: 'document',
      type: 'textarea' as const,
      label: say(words, 'document.label'),
      hint: say(words, 'document.hint'),
      rows: 24,
      width: 'full' as const,
      value: document,
    },
    cancelHref: paths.rightsModel(place.id),
  };
}

/** Instead of the preview: what keeps the draft from being published; undefined when nothing does. */
export function buildUnfinishedPage(page: ModelPage, draft: StoredModel) {
  const unfinished = unfinishedNotice(page, draft.forms);
  return (
    unfinished && {
      header: subHeader(page, say(page.words, 'preview.title')),
      unfinished,
      discard: paths.discardRightsModel(page.place.id),
      version: draft.version,
      backHref: paths.rightsModelVersion(page.place.id, 'draft'),
    }
  );
}

/** Instead of the preview: how far the comparison is, or that it failed. */
export function buildComparingPage(
  page: ModelPage,
  draft: StoredModel,
  standing: Exclude<Standing, { state: 'done' }>,
) {
  return {
    header: subHeader(page, say(page.words, 'preview.title')),
    comparing: { ...comparingPart(page.words, standing), href: paths.rightsModelPreview(page.place.id) },
    discard: paths.discardRightsModel(page.place.id),
    version: draft.version,
    backHref: paths.rightsModelVersion(page.place.id, 'draft'),
  };
}

export interface LookAhead {
  readonly draft: StoredModel;
  /** Undefined: nobody may anything so far. */
  readonly valid: StoredModel | undefined;
  readonly difference: Difference;
  /** The instant it was worked out for. */
  readonly at: Date;
}

export function buildPreviewPage(
  page: ModelPage,
  { draft, valid, difference, at }: LookAhead,
  names: ReadonlyMap<string, string>,
  actorGains: boolean,
) {
  const { words, place } = page;
  const documents = valid ? [draft.forms, valid.forms] : [draft.forms];
  return {
    header: subHeader(
      page,
      say(words, 'preview.title'),
      `${say(words, 'preview.lead', { count: difference.people })} ${say(words, 'comparing.at', { time: words.dateTime(at) })}`,
    ),
    notice: actorGains ? { kind: 'warning' as const, text: say(words, 'preview.fourEyes') } : undefined,
    ...differenceParts(words, documents, difference, names),
    publish: actorGains ? undefined : paths.publishRightsModel(place.id),
    discard: paths.discardRightsModel(place.id),
    note: {
      name: 'note',
      label: say(words, 'note'),
      hint: say(words, 'preview.noteHint'),
      optional: true,
      maxlength: 500,
    },
    version: draft.version,
    cancelHref: paths.rightsModelVersion(place.id, 'draft'),
  };
}
