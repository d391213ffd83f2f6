/** The centre while no channel is selected: where to begin, in plain words. */
import { useDesk, useWindow } from '../desk/desk-context.ts';
import { useServices, useStore } from '../services.ts';
import { useText } from '../text/use-text.ts';

const SUGGESTED = [
  { channel: 'default/orders', hint: 'orders' },
  { channel: 'default/chat', hint: 'chat' },
  { channel: 'default/*', hint: 'all' },
] as const;

export function EmptyDesk({ ready }: { ready: boolean }) {
  const text = useText();
  const { route } = useDesk();
  const channels = useWindow((state) => state.channels);
  const { page } = useServices();
  const { error } = useStore(route, { channel: page.channel, error: page.channelError });
  const waitsForMemory = !ready && error === null;
  return (
    <div className="empty-desk" data-quiet={waitsForMemory}>
      {error !== null && (
        <div className="notice notice-danger">
          <strong>{text.empty.badAddress}</strong>
          <p>{text.said(error)}</p>
        </div>
      )}
      <h1>{text.empty.headline}</h1>
      <p className="empty-lead">{text.empty.body}</p>
      <ul className="suggestions">
        {SUGGESTED.map(({ channel, hint }) => (
          <li key={channel}>
            <button type="button" className="suggestion" onClick={() => route.go(channel)}>
              <span className="suggestion-name">{channel}</span>
              <span className="hint">{text.empty.hints[hint]}</span>
            </button>
          </li>
        ))}
      </ul>
      {channels.length === 0 && <p className="hint">{text.empty.steps}</p>}
    </div>
  );
}
