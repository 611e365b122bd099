// Every component in a real browser: accessible, inside the policy, never wider than the window, with and without script.
import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createGallery } from '../support/gallery.ts';
import { browserMissing, openBrowser, type Browser, type OpenOptions } from '../support/screenshot.ts';

const wide = { width: 1366, height: 900 };
const phone = { width: 390, height: 844 };

describe('components in a browser', { skip: browserMissing() }, () => {
  let server: Server;
  let browser: Browser;
  let base = '';

  before(async () => {
    server = createGallery().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await openBrowser();
  });
  after(async () => {
    await browser[Symbol.asyncDispose]();
    server.close();
  });

  for (const [name, options] of Object.entries<OpenOptions>({
    'light and wide': { theme: 'light', viewport: wide },
    'dark and wide': { theme: 'dark', viewport: wide },
    'light on a phone': { theme: 'light', viewport: phone },
    'dark on a phone': { theme: 'dark', viewport: phone },
    'light on a tablet': { theme: 'light', viewport: { width: 1000, height: 800 } },
    'the narrowest, in German': { viewport: { width: 320, height: 600 }, language: 'de' },
  })) {
    it(`are accessible and fit, ${name}`, async () => {
      for (const path of ['/', '/focus', '/csrf']) {
        await using page = await browser.open(base + path, options);
        assert.deepEqual(await page.audit(), [], path);
        assert.equal(await page.overflow(), '', path);
        assert.deepEqual(
          page.complaints.filter((text) => !text.includes('403')),
          [],
          path,
        );
      }
    });
  }

  it('open their menus accessibly, and Escape closes them', async () => {
    for (const viewport of [wide, phone]) {
      await using opened = await browser.open(base, { viewport });
      const { page } = opened;
      await page.locator('.menu--person summary').click();
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      assert.deepEqual(await opened.audit(), []);
      assert.equal(await opened.overflow(), '');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Sign out' }).waitFor({ state: 'hidden' });
    }
  });

  it('change theme and language without any script', async () => {
    await using opened = await browser.open(base, { javaScript: false });
    const { page } = opened;
    await page.locator('summary', { hasText: 'Appearance' }).click();
    await page.getByRole('button', { name: 'Dark' }).click();
    await page.locator('html[data-theme=dark]').waitFor();
    await page.locator('summary', { hasText: 'Language' }).click();
    await page.getByRole('button', { name: 'Français' }).click();
    await page.locator('html[lang=fr][data-theme=dark]').waitFor();
  });

  it('search while typing: the list changes, the page and the words stay', async () => {
    await using opened = await browser.open(base);
    const { page } = opened;
    await page.keyboard.press('Escape');
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('/');
    await page.keyboard.type('noor');
    await page.getByRole('status').getByText('1 person').waitFor();
    assert.equal(await page.locator('[data-live-region] tbody tr').count(), 1);
    assert.match(page.url(), /q=noor/);
    assert.equal(await page.evaluate('document.activeElement.value'), 'noor');
    await page.goto(page.url());
    assert.equal(await page.locator('[data-live-region] tbody tr').count(), 1);
  });

  it('ask the server about a period while it is typed', async () => {
    await using opened = await browser.open(base);
    await opened.page.getByLabel('Tot en met').fill('2027-06-30');
    await opened.page.locator('[data-check-result]').getByText('until=2027-06-30').waitFor();
    const asked = await opened.page.locator('[data-check-result]').innerText();
    assert.doesNotMatch(asked, /_csrf|password/);
  });

  it('send a form once, however often it is clicked', async () => {
    await using opened = await browser.open(base);
    const refused = await opened.page.evaluate(`(() => {
      const refused = [];
      addEventListener('submit', (event) => {
        refused.push(event.defaultPrevented);
        event.preventDefault();
      });
      const button = document.querySelector('.confirm button');
      button.click();
      button.click();
      return refused;
    })()`);
    assert.deepEqual(refused, [false, true]);
  });

  it('lead from the errors to the questions, and show a password on request', async () => {
    await using opened = await browser.open(base);
    const { page } = opened;
    assert.match(await page.evaluate<string>('document.activeElement.className'), /error-summary/);
    await page.getByRole('link', { name: /^Mailadres:/ }).click();
    assert.equal(await page.evaluate('document.activeElement.id'), 'field-mail');
    const password = page.locator('#field-password');
    await password.fill('correct horse battery');
    await page.getByRole('button', { name: 'Show' }).click();
    assert.equal(await password.getAttribute('type'), 'text');
  });
});
