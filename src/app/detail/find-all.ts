/** Where a text occurs, and the ranges of an element's text that it takes. */

/** More marks than anybody walks through. */
const MAX_MATCHES = 1_000;

/** Offsets of `query` in `text`; upper and lower case are the same. Matches do not overlap. */
export function findAll(text: string, query: string): number[] {
  const found: number[] = [];
  const wanted = query.toLowerCase();
  const lower = text.toLowerCase();
  // A few letters change their length with their case: then only the exact text can be found by offset.
  const [source, piece] = lower.length === text.length ? [lower, wanted] : [text, query];
  if (piece === '') return found;
  for (let at = source.indexOf(piece); at >= 0 && found.length < MAX_MATCHES; ) {
    found.push(at);
    at = source.indexOf(piece, at + piece.length);
  }
  return found;
}

/** Ranges of `length` at `offsets` of the element's text. */
export function rangesOf(element: HTMLElement, offsets: readonly number[], length: number): Range[] {
  const nodes: { node: Node; from: number; to: number }[] = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let end = 0;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const from = end;
    end += node.nodeValue?.length ?? 0;
    nodes.push({ node, from, to: end });
  }
  let next = 0;
  const ranges: Range[] = [];
  for (const offset of offsets) {
    while (next < nodes.length && (nodes[next]?.to ?? 0) <= offset) next += 1;
    let last = next;
    while (last < nodes.length && (nodes[last]?.to ?? 0) < offset + length) last += 1;
    const [first, final] = [nodes[next], nodes[last]];
    if (first === undefined || final === undefined) continue;
    const range = document.createRange();
    range.setStart(first.node, offset - first.from);
    range.setEnd(final.node, offset + length - final.from);
    ranges.push(range);
  }
  return ranges;
}
