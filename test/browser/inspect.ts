// What every page of every story must be: clean for axe in light and dark, not wider than a phone, silent on the console.
import assert from 'node:assert/strict';
import type { OpenPage } from '../support/screenshot.ts';

const phone = { width: 390, height: 844 };

/**
 * Looks at the page as it stands: light, dark, and once as narrow as a phone; leaves it as it was.
 * @param what the page, for the message when something is wrong with it.
 */
export async function inspectPage(open: OpenPage, what: string): Promise<void> {
  const wide = open.page.viewportSize() ?? { width: 1366, height: 900 };
  for (const colorScheme of ['dark', 'light'] as const) {
    // Colours must have arrived, not be on their way.
    await open.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    assert.deepEqual(await open.audit(), [], `${what}, ${colorScheme}`);
  }
  await open.page.setViewportSize(phone);
  assert.equal(await open.overflow(), '', `${what}, ${phone.width} px wide`);
  await open.page.setViewportSize(wide);
}

/** Messages other than those that browsers write for an answer of 4xx, which may be what the story is about. */
export function realComplaints(open: OpenPage): string[] {
  return open.complaints.filter((text) => !/status of 4\d\d/.test(text));
}
