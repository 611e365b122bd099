// A browser without a screen: keeps cookies, follows redirects, posts forms.

export type Page = { status: number; url: string; html: string; path: string };

export class Visitor {
  readonly #cookies = new Map<string, string>();
  readonly #language: string;

  constructor(language = 'en') {
    this.#language = language;
  }

  /** Opens an address and follows redirects to the page behind them. */
  async open(url: string, init: { method?: string; body?: URLSearchParams } = {}): Promise<Page> {
    let address = url;
    let request = init;
    for (let hops = 0; hops < 12; hops++) {
      const response = await this.send(address, request);
      const location = response.headers.get('location');
      if (location === null) {
        const { pathname, search } = new URL(address);
        return {
          status: response.status,
          url: address,
          html: await response.text(),
          path: pathname + search,
        };
      }
      await response.body?.cancel();
      address = new URL(location, address).href;
      request = {};
    }
    throw new Error(`too many redirects from ${url}`);
  }

  post(url: string, fields: Record<string, string> = {}): Promise<Page> {
    return this.open(url, { method: 'POST', body: new URLSearchParams(fields) });
  }

  /** One request, without following. */
  async send(url: string, init: { method?: string; body?: URLSearchParams } = {}): Promise<Response> {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: {
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'accept-language': this.#language,
        ...(init.method === 'POST' ? { origin: new URL(url).origin } : {}),
      },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split(';');
      const [name = '', value = ''] = pair.split('=', 2);
      const gone = attributes.some((attribute) => /expires=.*1970/i.test(attribute));
      if (gone || value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }
}
