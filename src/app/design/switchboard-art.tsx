/** The picture of the landing page: a field of jacks with a few cords patched across. Decoration only. */

const COLUMNS = [40, 104, 168, 232, 296, 360];
const ROWS = [40, 112, 184, 256];

/** From jack to jack (column, row), and which of the three colours. */
const CORDS: readonly [number, number, number, number, string][] = [
  [0, 0, 3, 2, 'copper'],
  [1, 3, 4, 0, 'brass'],
  [2, 0, 5, 3, 'accent'],
  [0, 2, 2, 3, 'brass'],
  [4, 3, 5, 1, 'copper'],
];

const x = (column: number) => COLUMNS[column] ?? 0;
const y = (row: number) => ROWS[row] ?? 0;

/** A cord hangs: it leaves its jack downwards and comes to the other from below. */
function hanging([fromColumn, fromRow, toColumn, toRow]: (typeof CORDS)[number]): string {
  const sag = 64;
  return `M${x(fromColumn)} ${y(fromRow)}C${x(fromColumn)} ${y(fromRow) + sag} ${x(toColumn)} ${y(toRow) + sag} ${x(toColumn)} ${y(toRow)}`;
}

export const SwitchboardArt = () => (
  <svg className="art" viewBox="0 0 400 320" aria-hidden="true" focusable="false">
    <rect className="art-board" width="400" height="320" rx="20" />
    {ROWS.flatMap((cy) =>
      COLUMNS.map((cx) => <circle key={`${cx} ${cy}`} className="art-hole" cx={cx} cy={cy} r="9" />),
    )}
    {CORDS.map((cord) => (
      <g key={cord.join(' ')} className={`art-cord art-${cord[4]}`}>
        <path d={hanging(cord)} />
        <circle cx={x(cord[0])} cy={y(cord[1])} r="9" />
        <circle cx={x(cord[2])} cy={y(cord[3])} r="9" />
      </g>
    ))}
  </svg>
);
