// A browser without a screen: cookies with their paths, redirects one by one, forms as they stand in the page.

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

interface Cookie {
  name: string;
  value: string;
  path: string;
}

const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&#34;': '"',
  '&#39;': "'",
  '&quot;': '"',
};
const decode = (text: string): string =>
  text.replace(/&(?:amp|lt|gt|quot|#34|#39);/g, (entity) => entities[entity] ?? entity);
const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? undefined : decode(found);
};

export class Browser {
  readonly #cookies: Cookie[] = [];
  readonly #headers: Record<string, string>;
  readonly #origin: string;

  /** @param origin the site whose redirects are followed; a redirect elsewhere is given back as the last page. */
  constructor(origin: string, headers: Record<string, string> = {}) {
    this.#origin = origin;
    this.#headers = { accept: 'text/html', 'accept-language': 'en', ...headers };
  }

  async get(address: string): Promise<Page> {
    return this.#follow(new URL(address, this.#origin), { method: 'GET' });
  }

  async post(address: string, fields: Record<string, string>): Promise<Page> {
    return this.#follow(new URL(address, this.#origin), {
      method: 'POST',
      body: new URLSearchParams(fields),
    });
  }

  /** Sends the form whose action ends so, with its hidden fields and these. */
  async submit(page: Page, actionEnds: string, fields: Record<string, string> = {}): Promise<Page> {
    const forms = [...page.body.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([text]) => text);
    const form = forms.find((text) => attribute(text, 'action')?.endsWith(actionEnds));
    if (!form) throw new Error(`no form for ${actionEnds} on ${page.url} (${page.status}):\n${page.body}`);
    const hidden = [...form.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)].map(
      ([tag]) => [attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? ''] as const,
    );
    const action = new URL(attribute(form, 'action') ?? '', page.url).href;
    return this.post(action, { ...Object.fromEntries(hidden), ...fields });
  }

  cookie(name: string): string | undefined {
    return this.#cookies.find((cookie) => cookie.name === name)?.value;
  }

  /** Keeps the cookies of an answer that was fetched otherwise. */
  take(response: Response): void {
    this.#remember(response);
  }

  forgetCookies(matching: (name: string) => boolean): void {
    for (const cookie of [...this.#cookies]) {
      if (matching(cookie.name)) this.#cookies.splice(this.#cookies.indexOf(cookie), 1);
    }
  }

  async #follow(url: URL, init: RequestInit): Promise<Page> {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: {
        ...this.#headers,
        cookie: this.#cookieFor(url),
        ...(init.method === 'POST' ? { origin: this.#origin, 'sec-fetch-site': 'same-origin' } : {}),
      },
    });
    this.#remember(response);
    const location = response.headers.get('location');
    if (location && response.status >= 300 && response.status < 400) {
      const next = new URL(location, url);
      await response.arrayBuffer();
      if (next.origin !== this.#origin) {
        return { url: next.href, status: response.status, body: '', headers: response.headers };
      }
      return this.#follow(next, { method: 'GET' });
    }
    return { url: url.href, status: response.status, body: await response.text(), headers: response.headers };
  }

  #cookieFor(url: URL): string {
    const matches = ({ path }: Cookie) =>
      url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
    return this.#cookies
      .filter(matches)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  #remember(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/;\s*/);
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const path = attributes.find((text) => /^path=/i.test(text))?.slice(5) ?? '/';
      const known = this.#cookies.findIndex((cookie) => cookie.name === name && cookie.path === path);
      if (known >= 0) this.#cookies.splice(known, 1);
      const expires = attributes.find((text) => /^expires=/i.test(text))?.slice(8);
      if (!expires || new Date(expires).getTime() > Date.now()) this.#cookies.push({ name, value, path });
    }
  }
}
