/** The centre while no channel is selected: where to begin, in plain words. */
import { useDesk } from '../desk/desk-context.ts';
import { useServices, useStore } from '../services.ts';
import { text } from '../text.ts';

const SUGGESTED = ['default/orders', 'default/chat', 'default/*'];

export function EmptyDesk({ ready }: { ready: boolean }) {
  const { route, data } = useDesk();
  const { page } = useServices();
  const { error } = useStore(route, { channel: page.channel, error: page.channelError });
  const waitsForMemory = !ready && error === null;
  return (
    <div className="empty-desk" data-quiet={waitsForMemory}>
      {error !== null && (
        <div className="notice notice-danger">
          <strong>{text.empty.badAddress}</strong>
          <p>{error}</p>
        </div>
      )}
      <h1>{text.empty.headline}</h1>
      <p className="empty-lead">{text.empty.body}</p>
      <ul className="suggestions">
        {SUGGESTED.map((channel) => (
          <li key={channel}>
            <button type="button" className="suggestion" onClick={() => route.go(channel)}>
              <span className="suggestion-name">{channel}</span>
              <span className="hint">{text.empty.hints[channel]}</span>
            </button>
          </li>
        ))}
      </ul>
      {data.open.length === 0 && <p className="hint">{text.empty.steps}</p>}
    </div>
  );
}
