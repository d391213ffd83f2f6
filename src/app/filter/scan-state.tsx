/** How far the search through the kept events has come. */
import type { Reader, Scan } from '../feed/reader.ts';
import type { Catalogue } from '../text/catalogue.ts';
import { useText } from '../text/use-text.ts';

export function ScanState({ scan, reader }: { scan: Scan; reader: Reader | null }) {
  const text = useText();
  const failed = scan.state === 'too-slow' || scan.state === 'failed';
  return (
    <p className={failed ? 'field-error filter-note' : 'hint filter-note'}>
      {!failed && <strong className="filter-count">{text.filter.matches(scan.matches)}</strong>}
      <span className="filter-progress">{sentence(text, scan)}</span>
      {(scan.state === 'running' || scan.state === 'stopped') && (
        <button
          type="button"
          className="button button-small"
          onClick={() => reader?.scan(scan.state === 'stopped')}
        >
          {scan.state === 'running' ? text.filter.stop : text.filter.goOn}
        </button>
      )}
    </p>
  );
}

function sentence(text: Catalogue, { state, searched, back, reason }: Scan): string {
  switch (state) {
    case 'too-slow':
      return text.filter.tooSlow;
    case 'failed':
      return reason === null ? text.detail.loadFailed : text.filter.failed(text.said(reason));
    case 'full':
      return text.filter.full;
    case 'done':
      return text.filter.scanned(searched);
    case 'running':
    case 'stopped':
      return back === null ? '' : text.filter.scanning(searched, text.format.dateTime(back));
    default:
      return state satisfies never;
  }
}
