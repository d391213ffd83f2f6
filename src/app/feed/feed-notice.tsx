/** A sentence above the feed when it is not simply live. One at a time: the most telling. */
import type { ChannelStatus, ConnectionPhase } from '../../connection/api.ts';
import { useText } from '../text/use-text.ts';

interface FeedNoticeProps {
  /** The session is known from this device only. */
  offline: boolean;
  connectionPhase: ConnectionPhase | null;
  channelStatus: ChannelStatus | null;
  /** What an action on this feed ran into. */
  problem: string | null;
}

export function FeedNotice({ offline, connectionPhase, channelStatus, problem }: FeedNoticeProps) {
  const text = useText();
  const reason = channelStatus?.reason == null ? null : text.said(channelStatus.reason);
  if (problem !== null) return <Notice tone="danger">{problem}</Notice>;
  if (connectionPhase === 'offline') return <Notice tone="warn">{text.feed.offline}</Notice>;
  if (channelStatus?.phase === 'denied') {
    return <Notice tone="danger">{text.feed.denied(reason)}</Notice>;
  }
  if (channelStatus?.phase === 'failed') {
    return <Notice tone="danger">{text.feed.failed(reason)}</Notice>;
  }
  if (offline) return <Notice tone="warn">{text.feed.offlineSession}</Notice>;
  return null;
}

function Notice({ tone, children }: { tone: 'warn' | 'danger'; children: string }) {
  return <p className={`feed-notice notice notice-${tone}`}>{children}</p>;
}
