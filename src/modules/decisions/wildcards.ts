// Codes with `*` for any text, none included. Found piece by piece from the left, so that no pattern can make one look take
// long: as a regular expression, five `*` against 300 letters took minutes.

/** Whether the whole text matches the pattern; everything but `*` stands for itself. */
export function matchesPattern(text: string, pattern: string): boolean {
  if (!pattern.includes('*')) return text === pattern;
  const pieces = pattern.split('*');
  const [first, last] = [pieces[0]!, pieces.at(-1)!];
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    // The first place is as good as any later one: it leaves most for the pieces to come.
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
