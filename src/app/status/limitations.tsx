/** What this browser lacks, and what it costs. */
import { useConnectionStatus } from '../services.ts';
import { text } from '../text.ts';

export function Limitations() {
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
