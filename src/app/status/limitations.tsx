/** What this browser lacks, and what it costs. */
import { useConnectionStatus } from '../services.ts';
import { useText } from '../text/use-text.ts';

export function Limitations() {
  const text = useText();
  const limitations = useConnectionStatus()?.limitations ?? [];
  if (limitations.length === 0) return null;
  return (
    <section className="panel-section">
      <h3>{text.panel.limitations}</h3>
      <ul className="limits">
        {limitations.map((limitation) => (
          <li key={limitation}>{text.panel.limits[limitation]}</li>
        ))}
      </ul>
    </section>
  );
}
