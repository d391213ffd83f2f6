/** A saved view in the list. */
import { CloseIcon, FilterIcon } from '../design/icons.tsx';
import type { SavedView } from '../desk/preferences.ts';
import { useText } from '../text/use-text.ts';

interface ViewItemProps {
  view: SavedView;
  onOpen(): void;
  onRemove(): void;
}

export function ViewItem({ view, onOpen, onRemove }: ViewItemProps) {
  const text = useText();
  const label = text.channels.openView(view.name, view.channel);
  return (
    <li className="channel">
      <button
        type="button"
        className="channel-link"
        aria-label={label}
        title={`${view.channel}: ${view.filter.text}`}
        onClick={onOpen}
      >
        <FilterIcon />
        <span className="view-name">{view.name}</span>
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={text.channels.removeView(view.name)}
        onClick={onRemove}
      >
        <CloseIcon />
      </button>
    </li>
  );
}
