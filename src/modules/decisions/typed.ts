// A short text that stands in the address of a page: whatever was typed, the database can look for it.
import { z } from 'zod';

/** U+0000 can be typed into an address, but is in no text of the database. */
export const typedText = z
  .string()
  .transform((text) => text.replaceAll('\0', '').trim())
  .pipe(z.string().max(200))
  .catch('');
