// Forms of the portal, filled in as a browser would.
import type { Page, Visitor } from '../sample/visitor.ts';

/** Sends the form of the page that leads there, hidden fields kept. */
export async function submitForm(
  visitor: Visitor,
  page: Page,
  actionEnd: string,
  typed: Record<string, string>,
): Promise<Page> {
  const forms = page.html.split('<form').slice(1);
  const actionOf = (form: string) => /action="([^"]*)"/.exec(form)?.[1] ?? '';
  const form = forms
    .map((part) => part.slice(0, part.indexOf('</form>')))
    .find((part) => actionOf(part).endsWith(actionEnd));
  if (form === undefined) throw new Error(`no form to ${actionEnd} at ${page.url} (${page.status})`);
  const hidden = [...form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
    /name="([^"]*)"/.exec(input)?.[1] ?? '',
    /value="([^"]*)"/.exec(input)?.[1] ?? '',
  ]);
  return visitor.post(new URL(actionOf(form), page.url).href, { ...Object.fromEntries(hidden), ...typed });
}
