/** One open channel in the list: a link, so that a middle click opens a window of its own. */
import type { MouseEvent } from 'react';
import type { ChannelPhase } from '../../connection/api.ts';
import { CloseIcon } from '../design/icons.tsx';
import { channelPath } from '../desk/route.ts';
import { text } from '../text.ts';

interface ChannelItemProps {
  channel: string;
  selected: boolean;
  phase: ChannelPhase;
  unread: number;
  onSelect(): void;
  onClose(): void;
}

export function ChannelItem({ channel, selected, phase, unread, onSelect, onClose }: ChannelItemProps) {
  const onClick = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    onSelect();
  };
  const phaseWord = text.channels.phases[phase];
  return (
    <li className="channel" data-selected={selected}>
      <a
        className="channel-link"
        href={channelPath(channel)}
        aria-current={selected ? 'page' : undefined}
        title={`${channel} (${phaseWord})`}
        onClick={onClick}
      >
        <span className="dot" data-phase={phase} />
        <span className="channel-name">{channel}</span>
        <span className="visually-hidden">, {phaseWord}</span>
        {unread > 0 && (
          <span className="count">
            <span aria-hidden="true">{text.channels.shortUnread(unread)}</span>
            <span className="visually-hidden">, {text.channels.unread(unread)}</span>
          </span>
        )}
      </a>
      <button
        type="button"
        className="icon-button"
        aria-label={text.channels.close(channel)}
        onClick={onClose}
      >
        <CloseIcon />
      </button>
    </li>
  );
}
