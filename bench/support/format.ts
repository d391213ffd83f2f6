/** Rows of measurements for people: on the terminal and in Markdown. */
import type { Row, Unit } from './measure.ts';
import type { Spread } from './spread.ts';

const HEAD = ['', 'peer', 'Switchboard', 'target', ''] as const;

/** A table in Markdown; of each figure the median, and in brackets the least and the most of the runs. */
export function markdown(rows: readonly Row[]): string {
  const cells = rows.map(({ what, unit, peer, ours, target, reached }) => [
    what,
    peer === null ? '–' : figure(peer, unit),
    figure(ours, unit),
    target,
    reached === null ? '' : reached ? 'reached' : '**missed**',
  ]);
  const widths = HEAD.map((title, at) =>
    Math.max(3, title.length, ...cells.map((row) => (row[at] ?? '').length)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}

function figure({ median, min, max }: Spread, unit: Unit): string {
  const all = number(median) + (unit === '' ? '' : unit === '/s' || unit === '%' ? unit : ` ${unit}`);
  return number(min) === number(max) ? all : `${all} (${number(min)}–${number(max)})`;
}

/** Three digits that say something; whole numbers from 100 on. */
function number(value: number): string {
  if (value === 0) return '0';
  // Below what the clocks tell apart.
  if (value > 0 && value < 0.001) return '< 0.001';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return `${Number(value.toPrecision(Math.abs(value) < 0.1 ? 1 : 3))}`;
}
