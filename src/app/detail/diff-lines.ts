/**
 * The lines that differ between two texts: equal ones at both ends are set aside, the longest common part of the
 * rest is kept (Hunt and McIlroy's table, bounded).
 */

export interface DiffLine {
  kind: 'same' | 'gone' | 'new';
  line: string;
}

export type DiffPart = DiffLine | { kind: 'fold'; count: number };

/** Cells of the table: about 30 MB and a tenth of a second. Beyond, nobody could read the difference either. */
const MAX_CELLS = 8_000_000;
/** Equal lines shown on each side of a difference. */
const CONTEXT = 2;

/** Null when the texts are too large and too different. */
export function diffLines(before: string, after: string): DiffLine[] | null {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const middle = diffMiddle(a.slice(start, a.length - end), b.slice(start, b.length - end));
  if (middle === null) return null;
  const same = (line: string): DiffLine => ({ kind: 'same', line });
  return [...a.slice(0, start).map(same), ...middle, ...a.slice(a.length - end).map(same)];
}

function diffMiddle(a: readonly string[], b: readonly string[]): DiffLine[] | null {
  const width = b.length + 1;
  if ((a.length + 1) * width > MAX_CELLS) return null;
  // common[i * width + j]: lines in common of a from i on and b from j on.
  const common = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const [old, fresh] = [a[i], b[j]];
    if (old !== undefined && old === fresh) {
      lines.push({ kind: 'same', line: old });
      i += 1;
      j += 1;
    } else if (old !== undefined && (fresh === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: 'gone', line: old });
      i += 1;
    } else if (fresh !== undefined) {
      lines.push({ kind: 'new', line: fresh });
      j += 1;
    }
  }
  return lines;
}

/** Long runs of equal lines become one part that says how many they are. */
export function foldEqual(lines: readonly DiffLine[]): DiffPart[] {
  const parts: DiffPart[] = [];
  const near = (at: number) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ kind }) => kind !== 'same');
  lines.forEach((line, at) => {
    if (line.kind !== 'same' || near(at)) {
      parts.push(line);
      return;
    }
    const last = parts.at(-1);
    if (last?.kind === 'fold') last.count += 1;
    else parts.push({ kind: 'fold', count: 1 });
  });
  return parts;
}
