/** One event beside the list; it stays still while the feed runs on. What is in it is loaded with the first event. */
import type { Feed } from '../../connection/api.ts';
import type { Position } from '../../shared/log.ts';
import { CloseIcon } from '../design/icons.tsx';
import { useDesk } from '../desk/desk-context.ts';
import type { Reader } from '../feed/reader.ts';
import { useText } from '../text/use-text.ts';
import { useLoaded } from '../use-loaded.ts';
import { useRecord } from './use-record.ts';

const loadDetail = () => import('./event-detail.tsx');

interface DetailPaneProps {
  feed: Feed | null;
  reader: Reader | null;
  position: Position;
  onClose(): void;
}

export function DetailPane({ feed, reader, position, onClose }: DetailPaneProps) {
  const text = useText();
  const { announce } = useDesk();
  const record = useRecord(feed, reader, position);
  const detail = useLoaded(loadDetail, () => announce(text.detail.loadFailed));
  return (
    <aside className="detail" id="detail" aria-labelledby="detail-title">
      <div className="detail-head">
        <h2 id="detail-title" tabIndex={-1}>
          {text.detail.title}
        </h2>
        <button type="button" className="icon-button" aria-label={text.detail.close} onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      {record === 'gone' && <p className="hint detail-quiet">{text.detail.gone}</p>}
      {typeof record === 'object' && detail !== null && <detail.EventDetail record={record} feed={feed} />}
    </aside>
  );
}
