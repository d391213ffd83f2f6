/** Whether what arrives is kept on this device, up to which limits, and if not, why. */
import { useConnectionStatus } from '../services.ts';
import { usePanelText } from '../text/use-panel-text.ts';

export function HistoryFacts() {
  const panel = usePanelText();
  const status = useConnectionStatus();
  if (status === null) return null;
  return (
    <section className="panel-section">
      <h3>{panel.history}</h3>
      <p className="hint">{status.historyReason ?? panel.historyKept}</p>
    </section>
  );
}
