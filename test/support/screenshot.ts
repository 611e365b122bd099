// Chromium for tests and for looking at pages: open, photograph, audit with axe, print.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Page } from 'playwright-core';

export const chromiumPath = '/usr/bin/chromium';

/** Whether a browser is here; with MANDAAT_REQUIRE_BROWSER set, its absence is an error and not a reason to skip. */
export function browserMissing(): string | false {
  if (existsSync(chromiumPath) || process.env['MANDAAT_REQUIRE_BROWSER'] === '1') return false;
  return `no browser at ${chromiumPath}`;
}

export interface OpenOptions {
  viewport?: { width: number; height: number };
  theme?: 'light' | 'dark';
  language?: string;
  javaScript?: boolean;
}

export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Messages of the console at level error: a blocked inline style shows here. */
  readonly complaints: string[];
  screenshot(file: string): Promise<void>;
  /** Violations of WCAG 2.2 A and AA and best practices, one line each; empty when clean. */
  audit(): Promise<string[]>;
  /** What sticks out sideways; empty when nothing does. */
  overflow(): Promise<string>;
  print(file: string): Promise<void>;
}

export interface Browser extends AsyncDisposable {
  open(url: string, options?: OpenOptions): Promise<OpenPage>;
}

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: chromiumPath, headless: true, args: flags });
  return {
    open: async (url, options = {}) => {
      const context = await browser.newContext({
        viewport: options.viewport ?? { width: 1366, height: 900 },
        colorScheme: options.theme ?? 'light',
        locale: options.language ?? 'en',
        javaScriptEnabled: options.javaScript ?? true,
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(url);
      return { ...toolsOf(page), complaints, [Symbol.asyncDispose]: () => context.close() };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

function toolsOf(page: Page): Omit<OpenPage, 'complaints' | typeof Symbol.asyncDispose> {
  return {
    page,
    screenshot: async (file) => void (await page.screenshot({ path: file, fullPage: true })),
    audit: () => audit(page),
    overflow: () => page.evaluate<string>(overflow),
    print: async (file) => void (await page.pdf({ path: file, format: 'A4', printBackground: true })),
  };
}

interface Violation {
  id: string;
  nodes: { target: string[]; failureSummary: string }[];
}

/** axe by evaluation, since the page's policy refuses a foreign script element. */
async function audit(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const run = `axe.run({ runOnly: { type: 'tag', values: ${JSON.stringify(tags)} } }).then((r) => r.violations)`;
  const violations = await page.evaluate<Violation[]>(run);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      (node) => `${id}: ${node.target.join(' ')} ${node.failureSummary.replace(/\s+/g, ' ').slice(0, 300)}`,
    ),
  );
}

// Text, since the type checker of this project does not know the browser's own objects.
const overflow = `(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return '';
  const wide = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > width + 1);
  return 'scrolls sideways: ' + wide.slice(0, 5).map((e) => e.tagName + '.' + e.getAttribute('class')).join(', ');
})()`;
