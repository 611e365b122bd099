// What the pages that compare two documents for everybody have in common: names, and a page that looks again by itself.
import type { Response } from 'express';
import type { T } from '../../../platform/i18n.ts';
import type { Site } from '../../../platform/site.ts';
import type { Standing } from './difference.runs.ts';
import type { Difference } from './models.difference.ts';
import { namesOfPeople } from './models.queries.ts';

/** The browser asks for the page again while the work goes on; no script is needed. */
export const comeBack = (res: Response): void => void res.set('Refresh', '5');

export const namesInLines = (site: Site, difference: Difference): Promise<Map<string, string>> =>
  namesOfPeople(site.db, [...new Set(difference.lines.flatMap(({ personIds }) => personIds))]);

/** How far it is, for the view. */
export function comparingPart(words: T, standing: Exclude<Standing, { state: 'done' }>) {
  const say = (key: string, params?: Record<string, string | number>): string =>
    words.t(`decisions.comparing.${key}`, params);
  if (standing.state === 'failed') return { text: say('failed'), again: say('again') };
  const [done, total] = [words.number(standing.done), words.number(standing.total)];
  return {
    text: say('leave'),
    again: say('look'),
    progress: { label: say('progress', { done, total }), value: standing.done, max: standing.total },
  };
}
