// Patterns of context values: application owners write them and this process runs them, on what administrators type. Pure.

const maxPatternLength = 100;
/** How long the text may be that a pattern is tried on, as `maxContextTextLength`. */
const textLength = 100;
/** Ways of trying a text at most: three parts without an upper limit, and three choices besides. */
const maxWays = 8 * (textLength + 1) ** 3;

/**
 * Whether a pattern may be used: what can take for ever is refused. Repeated groups (`(a+)+`), references and look-around
 * are; and what may be tried in too many ways, each repetition, option and alternative (`a?a?a?…`, `a{0,99}a{0,99}…`)
 * multiplying those of the others.
 */
export function isSafePattern(pattern: string): boolean {
  if (pattern.length === 0 || pattern.length > maxPatternLength) return false;
  const bare = pattern
    .replaceAll(/\\[dDwWsS]/g, 'x')
    .replaceAll(/\\[^\p{L}\p{N}]/gu, 'x')
    .replaceAll(/\[[^\]]*\]/g, 'x');
  if (/\\|\(\?(?!:)|\)[*+{]/.test(bare)) return false;
  const ways = branchesOf(bare.replaceAll('(?:', '(')).map(waysOf);
  if (ways.reduce((all, each) => all + each, 0) > maxWays) return false;
  try {
    new RegExp(`^(?:${pattern})$`, 'u');
    return true;
  } catch {
    return false;
  }
}

function waysOf(bare: string): number {
  const repeated = [...bare.matchAll(/[*+?]|\{(\d+)(?:,(\d*))?\}/g)].map(([sign, least, most]) => {
    if (sign === '?') return 2;
    if (least === undefined || most === '') return textLength + 1;
    return most === undefined ? 1 : Math.min(Number(most) - Number(least), textLength) + 1;
  });
  return [...repeated, ...alternativesOf(bare)].reduce((ways, each) => ways * each, 1);
}

/** The alternatives of the whole: they are tried one after the other. */
function branchesOf(bare: string): string[] {
  const branches = [''];
  let depth = 0;
  for (const sign of bare) {
    if (sign === '(') depth++;
    if (sign === ')') depth--;
    if (sign === '|' && depth === 0) branches.push('');
    else branches.push((branches.pop() ?? '') + sign);
  }
  return branches;
}

/** How many alternatives each group offers. */
function alternativesOf(bare: string): number[] {
  const done: number[] = [];
  const open: number[] = [];
  for (const sign of bare) {
    if (sign === '(') open.push(1);
    else if (sign === '|') open.push((open.pop() ?? 0) + 1);
    else if (sign === ')') done.push(open.pop() ?? 1);
  }
  return done;
}
