/** One open channel in the list: a link, so that a middle click opens a window of its own. */
import type { MouseEvent } from 'react';
import type { ChannelPhase } from '../../connection/api.ts';
import { CloseIcon, PinIcon } from '../design/icons.tsx';
import { channelPath } from '../desk/route.ts';
import { useText } from '../text/use-text.ts';
import { useRate, useUnread } from './channel-pace.ts';
import { Sparkline } from './sparkline.tsx';

interface ChannelItemProps {
  channel: string;
  pinned: boolean;
  selected: boolean;
  phase: ChannelPhase;
  onSelect(): void;
  onPin(): void;
  onClose(): void;
}

export function ChannelItem(props: ChannelItemProps) {
  const { channel, pinned, selected, phase, onSelect, onPin, onClose } = props;
  const text = useText();
  const unread = useUnread(channel);
  const slots = useRate(channel);
  const onClick = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    onSelect();
  };
  const phaseWord = text.channels.phases[phase];
  return (
    <li className="channel" data-selected={selected} data-pinned={pinned}>
      <a
        className="channel-link"
        href={channelPath(channel)}
        aria-current={selected ? 'page' : undefined}
        title={`${channel} (${phaseWord})`}
        onClick={onClick}
      >
        <span className="dot" data-phase={phase} />
        <span className="channel-name">{channel}</span>
        {pinned && (
          <span className="channel-pin">
            <PinIcon />
          </span>
        )}
        <span className="visually-hidden">, {phaseWord}</span>
        {slots !== null && <Sparkline slots={slots} />}
        {unread > 0 && (
          <span className="count">
            <span aria-hidden="true">{text.channels.shortUnread(unread)}</span>
            <span className="visually-hidden">, {text.channels.unread(unread)}</span>
          </span>
        )}
      </a>
      <span className="channel-buttons">
        <button
          type="button"
          className="icon-button"
          aria-pressed={pinned}
          aria-label={text.channels.pin(channel)}
          onClick={onPin}
        >
          <PinIcon />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={text.channels.close(channel)}
          onClick={onClose}
        >
          <CloseIcon />
        </button>
      </span>
    </li>
  );
}
