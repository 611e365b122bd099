// What a mail is, who sends one, and how that fails: for those who have mail sent without knowing how.
import type { MailFolder } from './mail-folder.ts';

export type Mail = {
  /** One address, nothing else: a comma in it does not make two. */
  to: string;
  subject: string;
  text: string;
  html?: string;
  /** Language of subject and text, for screen readers and translating mail programs. */
  lang?: string;
  /** The same key always gives the same Message-ID, so that a mail sent twice arrives as one. */
  idempotencyKey: string;
};

export type Mailer = {
  /** @throws MailError when the server did not take it. */
  send(mail: Mail): Promise<void>;
  /** Only without a mail server: the mail that was not sent. */
  readonly folder: MailFolder | undefined;
  /** Ends the connections to the mail server. */
  close(): void;
};

/** `permanent`: the server will never take this mail (5xx), so that trying again is no use. */
export class MailError extends Error {
  readonly permanent: boolean;
  readonly code: string;

  constructor(code: string, permanent: boolean) {
    super(permanent ? 'the mail server refused the mail' : 'the mail server could not take the mail now');
    this.name = 'MailError';
    this.code = code;
    this.permanent = permanent;
  }
}
