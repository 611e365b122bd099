// What a request says about itself before anything trusts it: its cookies, and which site sent it.
import type { Request } from 'express';

/** The raw value of a cookie, without a cookie parser. */
export function cookieOf(req: Request, name: string): string | undefined {
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** Whether the browser says that another site made this request. Browsers without these headers are let through. */
export function cameFromElsewhere(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const origin = req.get('origin');
  if (origin === undefined) return false;
  // Referrer-Policy makes browsers send `null` for some same-origin posts; Sec-Fetch-Site then decides.
  if (origin === 'null') return site === undefined;
  return !URL.canParse(origin) || new URL(origin).host !== req.host;
}
