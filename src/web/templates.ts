// Compiles and renders EJS. Components get their inputs as `it` and nothing else of the page, so that an optional input
// is `undefined` and never, by accident, a variable of the page around it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';

export interface Templates {
  /** Renders `<viewsDir>/<view>.ejs`. Escapes by default. */
  render(view: string, locals: Record<string, unknown>): string;
}

// What components see besides `it`.
const helperNames = [
  ...['t', 'has', 'error', 'date', 'dateTime', 'until', 'relative', 'number', 'list', 'lang', 'languages'],
  ...['theme', 'currentPath', 'asset', 'csrfToken', 'navigation', 'paths', 'now', 'component', 'html'],
];

export function createTemplates(viewsDir: string, cache: boolean): Templates {
  const compiled = new Map<string, ejs.TemplateFunction>();

  const load = (view: string): ejs.TemplateFunction => {
    const known = cache ? compiled.get(view) : undefined;
    if (known !== undefined) return known;
    const filename = join(viewsDir, `${view}.ejs`);
    const template = ejs.compile(readFileSync(filename, 'utf8'), {
      filename,
      views: [viewsDir],
      root: viewsDir,
      cache,
    });
    compiled.set(view, template);
    return template;
  };

  const render: Templates['render'] = (view, locals) => {
    const helpers = pick(locals, helperNames);
    const component = (name: string, it: object = {}): string =>
      load(`components/${name}`)({ ...helpers, component, html, it });
    return load(view)({ ...locals, component, html });
  };

  return { render };
}

/** HTML from trusted parts: what is put in, as in `html`-tagged `<b>${name}</b>`, is escaped. */
export function html(parts: TemplateStringsArray, ...values: unknown[]): string {
  return parts.reduce((text, part, index) => text + ejs.escapeXML(String(values[index - 1] ?? '')) + part);
}

function pick(source: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, source[name]]));
}
