/** The table of docs/engines.md says what a run found, a failure and an inability included. */
import { describe, expect, it } from 'vitest';
import { engineTable, putTable } from '../../scripts/engines-table.mjs';

const note = (type: string, description: string) => ({ type, description });

const spec = (title: string, tests: object[]) => ({ title, tests });

const run = (projectName: string, status: string, ...annotations: object[]) => ({
  projectName,
  status,
  annotations: [note('version', '1.2'), ...annotations],
});

describe('the table of the engines', () => {
  const report = {
    suites: [
      {
        specs: [
          spec('closed', [run('chromium', 'expected', note('host', 'shared-worker'))]),
          spec('closed', [
            run('webkit', 'expected', note('host', 'elected-tab'), note('measured', 'hand-over 34 ms')),
          ]),
        ],
        suites: [
          {
            specs: [
              spec('badge', [run('chromium', 'unexpected')]),
              spec('badge', [run('webkit', 'skipped', note('skip', 'it has none (a source)'))]),
            ],
          },
        ],
      },
    ],
  };

  it('has a line for each scenario and a column for each engine that ran', () => {
    expect(engineTable(report, 'a machine').split('\n')).toEqual([
      'Run on a machine.',
      '',
      '| scenario | Chromium 1.2 | WebKitGTK 1.2 |',
      '| --- | --- | --- |',
      '| closed | ✓ SharedWorker | ✓ elected tab, hand-over 34 ms |',
      '| badge | ✗ failed | – (below) |',
      '',
      '- WebKitGTK, badge: it has none (a source)',
    ]);
  });

  it('stands in its place in the document, and replaces the one before', () => {
    const document = (table: string) =>
      `# Title\n\n<!-- Written by npm run test:engines from here … -->\n\n${table}\n\n<!-- … to here. -->\n\nEnd.\n`;
    expect(putTable(document('old'), 'new')).toBe(document('new'));
    expect(() => putTable('# Title\n', 'new')).toThrow(/no place for the table/);
  });
});
