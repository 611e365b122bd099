// The columns of an exported audit: everything a row says, in words and as it was recorded.
import type { T } from '../../platform/i18n.ts';
import type { CsvColumn } from '../../platform/files/csv.ts';
import { nameIn } from '../organisations/index.ts';
import { actionText, actorText } from './audit.page.ts';
import type { AuditItem } from './audit.queries.ts';

const json = (value: unknown): string => (value === null ? '' : JSON.stringify(value));

export function auditColumns(words: T): CsvColumn<AuditItem>[] {
  const { t, lang } = words;
  return [
    { header: t('audit.column.at'), value: (item) => item.at.toISOString() },
    { header: t('audit.column.action'), value: (item) => actionText(item.action, words) },
    { header: t('audit.column.actionCode'), value: (item) => item.action },
    { header: t('audit.column.outcome'), value: (item) => t(`audit.outcome.${item.outcome}`) },
    { header: t('audit.column.who'), value: (item) => actorText(item, words) },
    { header: t('audit.column.onBehalfOf'), value: (item) => item.onBehalfOf ?? '' },
    { header: t('audit.column.person'), value: (item) => item.personName ?? '' },
    { header: t('audit.column.organisation'), value: (item) => item.organisationName ?? '' },
    {
      header: t('audit.column.application'),
      value: (item) => (item.applicationNames ? nameIn(item.applicationNames, lang) : ''),
    },
    { header: t('audit.column.subjectType'), value: (item) => item.subjectType },
    { header: t('audit.column.subjectId'), value: (item) => item.subjectId ?? '' },
    { header: t('audit.column.reason'), value: (item) => item.reason ?? '' },
    { header: t('audit.column.before'), value: (item) => json(item.before) },
    { header: t('audit.column.after'), value: (item) => json(item.after) },
    { header: t('audit.event.request'), value: (item) => item.requestId ?? '' },
    { header: t('audit.column.lane'), value: (item) => item.lane },
    { header: t('audit.column.seq'), value: (item) => item.seq },
    { header: t('audit.event.id'), value: (item) => item.id },
    { header: t('audit.event.hash'), value: (item) => Buffer.from(item.hash).toString('hex') },
  ];
}
