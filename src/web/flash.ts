// A message shown once, on the next page, after a change: kept in the portal's session, with an optional Undo.
import type { Request } from 'express';
import './express.ts';

export interface Flash {
  /** Text in the person's language. */
  text: string;
  kind?: 'success' | 'info' | 'warning';
  /** A form that posts to `action` and takes the change back. */
  undo?: { action: string; label: string; fields?: Record<string, string> };
}

export interface FlashBox {
  /** The message that waits, which is then gone. */
  get(): Flash | undefined;
  set(flash: Flash): void;
}

/** The message box of this request's session; without a session it is empty and keeps nothing. */
export function flashOf(req: Request): FlashBox {
  return {
    get: () => takeFlash(req),
    set: (flash) => {
      if (req.session) req.session.flash = flash;
    },
  };
}

export function takeFlash(req: Request): Flash | undefined {
  const waiting = req.session?.flash;
  if (waiting !== undefined) delete req.session.flash;
  return waiting;
}
