// Words to search by, and the SQL that a trigram index can answer.
import { sql, type RawBuilder, type SqlBool } from 'kysely';

/** Words without accents, in lower case; at most eight. */
export function searchWords(text: string | undefined): string[] {
  const folded = (text ?? '').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return folded
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 8);
}

/** Whether an index of trigrams can find the words; shorter ones match so many that walking in order is quicker. */
export const areSearchable = (words: readonly string[]): boolean => words.some((word) => word.length >= 3);

/** Every word occurs in the column. One condition for each: `like all (…)` would not use an index. */
export function containsWords(column: RawBuilder<unknown>, words: readonly string[]): RawBuilder<SqlBool> {
  const patterns = words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
  const conditions = patterns.map((pattern) => sql<SqlBool>`${column} like ${pattern}`);
  return conditions.length === 0 ? sql<SqlBool>`true` : sql<SqlBool>`(${sql.join(conditions, sql` and `)})`;
}
