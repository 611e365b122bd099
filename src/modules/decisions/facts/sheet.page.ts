// Builds the page of one subject: everything an application decides by, and who said it. Reads nothing itself.
import { paths } from '../../../web/paths.ts';
import type { Action } from '../../../web/view-models.ts';
import { personType } from '../subjects.queries.ts';
import { listText } from './facts.words.ts';
import { say, sheetHeader, type SheetPage } from './sheet.header.ts';
import { attributeNames, attributes, handGroups, listsOf, members, portalGroups } from './sheet.tables.ts';

export function buildSheetPage(page: SheetPage) {
  const { words, place, sheet, mayEdit, declared } = page;
  const { type, id } = sheet;
  // By type and code: the name of a person has no place in an address.
  const asked = `ask=records&who=${encodeURIComponent(`${type}/${id}`)}`;
  const actions: Action[] = [
    {
      text: words.t('authzen.ask.records'),
      href: `${paths.askDecisions(place.id)}?${asked}`,
      kind: 'secondary',
    },
    ...(mayEdit && sheet.isSet
      ? [
          {
            text: say(words, 'remove'),
            href: paths.removeDecisionSubject(place.id, type, id),
            kind: 'quiet',
          } as const,
        ]
      : []),
  ];
  return {
    header: sheetHeader(page, undefined, actions),
    notice: noticeOf(page),
    tables: [
      {
        table: handGroups(page),
        add: addAction(page, paths.newSubjectGroup(place.id, type, id), say(words, 'addGroup')),
      },
      ...(type === personType ? [{ table: portalGroups(page), add: undefined }] : []),
      ...(attributeNames(page).length > 0 ? [{ table: attributes(page), add: undefined }] : []),
      ...listsOf(page).map((list) => ({
        table: members(page, list),
        add: declared.lists.some(({ name }) => name === list.name)
          ? addAction(
              page,
              paths.newSubjectMember(place.id, type, id, list.name),
              say(words, 'addMember', { list: listText(words, list) }),
            )
          : undefined,
      })),
    ],
  };
}

function noticeOf({ words, sheet, isSelf }: SheetPage) {
  if (isSelf) return { kind: 'info' as const, text: say(words, 'self') };
  return sheet.known ? undefined : { kind: 'warning' as const, text: say(words, 'unknownText') };
}

const addAction = ({ mayEdit }: SheetPage, href: string, text: string): Action | undefined =>
  mayEdit ? { text, href, kind: 'secondary', icon: 'plus' } : undefined;
