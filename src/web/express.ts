// What our middleware adds to Express' requests and responses, declared in one place.
import 'express-session';
import type { T } from '../platform/i18n.ts';
import type { PageOptions } from './render.ts';
import type { Flash } from './flash.ts';

declare global {
  // Express has no other way to declare additions.
  namespace Express {
    interface Request {
      /** Identifier in our logs and on error pages. */
      requestId?: string;
      /** Language that the signed-in person chose in their profile. */
      actorLanguage?: string;
      /** Languages the application asked for (`ui_locales`), where they stand in no address. */
      uiLocales?: string;
      /** Language chosen in this very request: it counts from now on. */
      chosenLanguage?: string;
    }
    interface Response {
      /** Texts and formats in the language of this request. */
      readonly words: T;
      /** Renders `views/<view>.ejs` with `model` inside a layout. */
      page(view: string, model: object, options: PageOptions): void;
      /** The same as text, for the OpenID library, which sends its answers itself. */
      pageText(view: string, model: object, options: PageOptions): string;
      /** A piece of a page, without layout: the answer to `data-check-url`. */
      fragment(view: string, model: object): void;
      /** Lets a form of this page end, by redirect, at another origin (a client's redirect URI). */
      allowFormActionTo(origin: string): void;
    }
  }
}

declare module 'express-session' {
  interface SessionData {
    csrf?: string;
    flash?: Flash;
  }
}
