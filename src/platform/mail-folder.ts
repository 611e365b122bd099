// Mail that is not sent, kept under data/mail: an .eml file for mail programs, and what the demo page shows beside it.
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const MAX_LISTED = 100;

const storedMail = z.object({
  id: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  lang: z.string().optional(),
  sentAt: z.iso.datetime(),
});
export type StoredMail = z.output<typeof storedMail>;

export type MailFolder = {
  /** Keeps a mail; one with the same id is kept once. */
  add(mail: StoredMail, source: Buffer): Promise<void>;
  /** The latest {@link MAX_LISTED}, newest first. */
  list(): Promise<StoredMail[]>;
  read(id: string): Promise<StoredMail | undefined>;
};

/** The folder is made when the first mail is kept. */
export function createMailFolder(dataDir: string): MailFolder {
  const folder = join(dataDir, 'mail');
  const read = async (id: string): Promise<StoredMail | undefined> => {
    // The id comes from an address typed by somebody; anything else would name another file.
    if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
    const text = await readFile(join(folder, `${id}.json`), 'utf8').catch(ignoreMissing);
    return text === undefined ? undefined : storedMail.parse(JSON.parse(text));
  };
  return {
    async add(mail, source) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if ((await read(mail.id)) !== undefined) return;
      await replace(join(folder, `${mail.id}.eml`), source);
      await replace(join(folder, `${mail.id}.json`), JSON.stringify(mail, null, 2));
    },
    async list() {
      const ids = await latestIds(folder);
      const mails = await Promise.all(ids.map(read));
      const found = mails.filter((mail) => mail !== undefined);
      return found.sort((a, b) => b.sentAt.localeCompare(a.sentAt) || a.id.localeCompare(b.id));
    },
    read,
  };
}

async function latestIds(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(ignoreMissing)) ?? [];
  const found = names.filter((name) => /^[0-9a-f]{32}\.json$/.test(name));
  const aged = await Promise.all(
    found.map(async (name) => ({ id: name.slice(0, 32), at: (await stat(join(folder, name))).mtimeMs })),
  );
  return aged
    .sort((a, b) => b.at - a.at)
    .slice(0, MAX_LISTED)
    .map(({ id }) => id);
}

/** Writes beside and renames, so that a crash never leaves half a file. */
async function replace(file: string, content: string | Buffer): Promise<void> {
  await writeFile(`${file}.tmp`, content, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
