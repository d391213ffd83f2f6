/** What the palette finds. */

export interface Entry {
  key: string;
  group: string;
  name: string;
  keys: string | null;
  run(): void;
}

/** Entries in which every word of `query` occurs; where a word begins one, they come first. Order is kept otherwise. */
export function findEntries(entries: readonly Entry[], query: string): Entry[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...entries];
  return entries
    .map((entry) => ({ entry, score: scoreOf(`${entry.name} ${entry.group}`.toLowerCase(), words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ entry }) => entry);
}

/** 0: a word is missing. */
function scoreOf(text: string, words: readonly string[]): number {
  let score = 1;
  for (const word of words) {
    const at = text.indexOf(word);
    if (at < 0) return 0;
    if (at === 0) score += 2;
    else if (/[\s/]/.test(text.charAt(at - 1))) score += 1;
  }
  return score;
}
