// Which stored period a declared one is about. Pure.

export interface StoredPeriod {
  readonly id: string;
  readonly valid_from: Date;
  readonly valid_until: Date | null;
}

export interface DeclaredPeriod {
  /** Undefined: not written. */
  readonly from: Date | undefined;
  /** Undefined: not written. Null: no end. */
  readonly until: Date | null | undefined;
}

export type Match<S> = { readonly stored: S | undefined } | { readonly conflict: S };

/**
 * Of stored periods of the same thing (which never overlap), the one that begins at the same instant; else the one
 * that the declared period meets. What has begun cannot be moved to a later beginning: that is a conflict, for it
 * would take access away that the file does not mention.
 * @param taken ids that an earlier declaration is already about
 */
export function matchPeriod<S extends StoredPeriod>(
  declared: DeclaredPeriod,
  stored: readonly S[],
  at: Date,
  taken: ReadonlySet<string>,
): Match<S> {
  const free = stored.filter((one) => !taken.has(one.id));
  const { from } = declared;
  if (from !== undefined) {
    const same = free.find((one) => one.valid_from.getTime() === from.getTime());
    if (same !== undefined) return { stored: same };
  }
  const begin = (from ?? at).getTime();
  const end = declared.until?.getTime() ?? Infinity;
  const met = free
    .filter((one) => one.valid_from.getTime() < end && begin < (one.valid_until?.getTime() ?? Infinity))
    .sort((a, b) => a.valid_from.getTime() - b.valid_from.getTime())[0];
  if (met !== undefined && from !== undefined && met.valid_from < from && met.valid_from <= at)
    return { conflict: met };
  // Without a beginning, an end that has come is about the one it ended.
  if (met === undefined && from === undefined && end !== Infinity) {
    return { stored: free.find((one) => one.valid_until?.getTime() === end) };
  }
  return { stored: met };
}

/** Whether some of what was still to come of the old period is left out of the new one. */
export function endsEarlier(before: Date | null, after: Date | null): boolean {
  return (after?.getTime() ?? Infinity) < (before?.getTime() ?? Infinity);
}
