// Pieces of Cedar policy text that every form needs.
export const text = (value: string) => JSON.stringify(value);
export const memberOf = (group: string) => `principal in Group::${text(group)}`;
export const anyOf = (parts: readonly string[]) => (parts.length > 0 ? parts.join(' || ') : 'false');
export const allOf = (parts: readonly string[]) => (parts.length > 0 ? `(${parts.join(' && ')})` : 'true');
export const setOf = (values: readonly string[]) => `[${values.map(text).join(', ')}]`;

/** What is forbidden for an action of a kind of record unless the condition holds. */
export const layer = (type: string, action: string, unless: string, on = 'resource') =>
  `forbid (principal, action == Action::${text(`${type}/${action}`)}, ${on}) unless { ${unless} };`;
