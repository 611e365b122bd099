// Security headers of every response. The content security policy allows nothing inline and nothing from elsewhere.
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';
import './express.ts';

export interface HeaderOptions {
  /** The issuer's URL: https turns on HSTS and upgrades, which would break plain http on a laptop. */
  issuer: string;
}

/** Mount first. Everything is `no-store`, except what `/assets` sets itself. */
export function securityHeaders(options: HeaderOptions): RequestHandler[] {
  const https = new URL(options.issuer).protocol === 'https:';
  return [
    helmet({
      contentSecurityPolicy: false,
      strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: true } : false,
      referrerPolicy: { policy: 'same-origin' },
      crossOriginOpenerPolicy: { policy: 'same-origin' },
      xFrameOptions: { action: 'deny' },
    }),
    (_req, res, next) => {
      const origins: string[] = [];
      const write = (): void => void res.set('Content-Security-Policy', policy(origins, https));
      res.allowFormActionTo = (origin) => {
        origins.push(formActionSource(origin));
        write();
      };
      write();
      res.set('Cache-Control', 'no-store');
      permissions(res);
      next();
    },
  ];
}

function policy(formOrigins: readonly string[], https: boolean): string {
  const directives = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    ["form-action 'self'", ...formOrigins].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
  ];
  return [...directives, ...(https ? ['upgrade-insecure-requests'] : [])].join('; ');
}

/** Browsers apply form-action to where a form redirects too: origin for the web, scheme for an app's own scheme. */
export function formActionSource(address: string): string {
  const url = new URL(address);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.origin : url.protocol;
}

function permissions(res: Response): void {
  res.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
}
