// What people do in a browser, in their own words: shared by the stories.
import type { Page } from 'playwright-core';
import { demoPassword } from '../../src/modules/demo/index.ts';
import type { Browser, OpenPage } from '../support/screenshot.ts';
import type { Product } from './product.ts';

/** A browser of its own at the given address, in English: the people of the demo world speak Dutch by themselves. */
export async function comeTo(browser: Browser, product: Product, address: string): Promise<OpenPage> {
  const visit = await browser.open('about:blank');
  await visit.page.context().addCookies([{ name: 'lang', value: 'en', url: product.url }]);
  await visit.page.goto(address);
  return visit;
}

export async function fillInSignIn(page: Page, userName: string, password = demoPassword): Promise<void> {
  await page.getByLabel('User name or mail address').fill(userName);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Opens the portal and signs in there. */
export async function comeToPortal(browser: Browser, product: Product, userName: string): Promise<OpenPage> {
  const visit = await comeTo(browser, product, product.url);
  await fillInSignIn(visit.page, userName);
  await heading(visit.page, 'Overview');
  return visit;
}

/**
 * Waits for the page with this title.
 * @throws Error that tells what stands there instead.
 */
export async function heading(page: Page, name: string | RegExp): Promise<void> {
  try {
    await page.getByRole('heading', { level: 1, name }).waitFor({ timeout: 20_000 });
  } catch (cause) {
    const main = page.getByRole('main');
    const shown =
      (await main.count()) > 0 ? await main.ariaSnapshot() : await page.locator('body').innerText();
    throw new Error(`no page "${name}"; at ${page.url()} stands:\n${shown.slice(0, 1500)}`, { cause });
  }
}

/** Presses Tab until the named control has the focus, as somebody without a mouse does. */
export async function focusByTab(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    const focused = page.locator(':focus');
    if ((await focused.count()) > 0 && (await focused.ariaSnapshot()).includes(`"${name}`)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`"${name}" cannot be reached with the Tab key`);
}

/** @returns the date so many days from today in Brussels, as a date field takes it. */
export function dayFromNow(days: number): string {
  const instant = Date.now() + days * 86_400_000;
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Brussels' }).format(instant);
}
