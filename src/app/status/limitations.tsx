/** What this browser lacks, and what it costs. */
import { useConnectionStatus } from '../services.ts';
import { usePanelText } from '../text/use-panel-text.ts';

export function Limitations() {
  const panel = usePanelText();
  const limitations = useConnectionStatus()?.limitations ?? [];
  if (limitations.length === 0) return null;
  return (
    <section className="panel-section">
      <h3>{panel.limitations}</h3>
      <ul className="limits">
        {limitations.map((limitation) => (
          <li key={limitation}>{panel.limits[limitation]}</li>
        ))}
      </ul>
    </section>
  );
}
