/** The table scenario × engine of docs/engines.md, from Playwright's report of a run. */

const BEGIN = '<!-- Written by npm run test:engines from here … -->';
const END = '<!-- … to here. -->';

const ENGINES = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKitGTK' };
const HOSTS = {
  'shared-worker': 'SharedWorker',
  'elected-tab': 'elected tab',
  'own-tab': 'each tab its own',
};

/**
 * @param report Playwright's JSON report
 * @param machine what it ran on
 * @returns Markdown: the table, then what an engine cannot do, with the reason
 */
export function engineTable(report, machine) {
  const runs = report.suites.flatMap(testsOf);
  const engines = Object.keys(ENGINES).filter((name) => runs.some(({ engine }) => engine === name));
  const titles = [...new Set(runs.map(({ title }) => title))];
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const version = (engine) =>
    runs.find((run) => run.engine === engine && run.versions.length > 0)?.versions[0] ?? '';
  const lines = [
    row(['scenario', ...engines.map((engine) => `${ENGINES[engine]} ${version(engine)}`.trim())]),
    row(['---', ...engines.map(() => '---')]),
    ...titles.map((title) =>
      row([
        title,
        ...engines.map((engine) => cellOf(runs.find((run) => run.title === title && run.engine === engine))),
      ]),
    ),
  ];
  const unable = runs
    .filter(({ outcome }) => outcome === 'skipped')
    .map(({ title, engine, reason }) => `- ${ENGINES[engine]}, ${title}: ${reason}`);
  return [`Run on ${machine}.`, '', ...lines, ...(unable.length > 0 ? ['', ...unable] : [])].join('\n');
}

/** The document with the table in its place. */
export function putTable(document, table) {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin === -1 || end < begin) {
    throw new Error(`The document has no place for the table: it needs the lines “${BEGIN}” and “${END}”.`);
  }
  return `${document.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${document.slice(end)}`;
}

/** One entry for each scenario and engine. */
function testsOf({ specs = [], suites = [] }) {
  return [
    ...specs.flatMap(({ title, tests }) =>
      tests.map(({ projectName, status, annotations }) => {
        const notes = (type) =>
          annotations.filter((each) => each.type === type).map(({ description }) => description);
        return {
          title,
          engine: projectName,
          outcome: status,
          versions: notes('version'),
          host: notes('host')[0],
          measured: notes('measured'),
          lacks: notes('lacks')[0],
          reason: notes('skip')[0] ?? 'no reason given',
        };
      }),
    ),
    ...suites.flatMap(testsOf),
  ];
}

function cellOf(run) {
  if (run === undefined) return 'not run';
  if (run.outcome === 'skipped') return '– (below)';
  const notes = [
    ...(run.host === undefined ? [] : [HOSTS[run.host]]),
    ...run.measured,
    ...(run.lacks === undefined ? [] : [`lacks: ${run.lacks}`]),
  ].join(', ');
  const word = run.outcome === 'expected' ? '✓' : '✗ failed';
  return notes === '' ? word : `${word} ${notes}`;
}
