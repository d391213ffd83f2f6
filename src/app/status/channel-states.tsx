/** Each channel that any window wants, and what the service said to it. */
import { useConnectionStatus } from '../services.ts';
import { usePanelText } from '../text/use-panel-text.ts';
import { useText } from '../text/use-text.ts';

export function ChannelStates() {
  const text = useText();
  const panel = usePanelText();
  const channels = Object.entries(useConnectionStatus()?.channels ?? {}).sort(([a], [b]) =>
    a.localeCompare(b),
  );
  return (
    <section className="panel-section">
      <h3>{panel.channels}</h3>
      {channels.length === 0 && <p className="hint">{panel.noChannels}</p>}
      <ul className="states">
        {channels.map(([channel, { phase, reason }]) => (
          <li key={channel}>
            <span className="states-line">
              <span className="dot" data-phase={phase} />
              <span className="states-name">{channel}</span>
              <span className="hint">{text.channels.phases[phase]}</span>
            </span>
            {reason !== null && <p className="hint states-reason">{text.said(reason)}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
