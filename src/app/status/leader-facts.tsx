/** Who holds the one connection for all windows. */
import type { ConnectionStatus } from '../../connection/api.ts';
import { useConnection, useConnectionStatus } from '../services.ts';
import type { PanelText } from '../text/panel-en.ts';
import { usePanelText } from '../text/use-panel-text.ts';
import { Fact } from './fact.tsx';

export function LeaderFacts() {
  const panel = usePanelText();
  const connection = useConnection();
  const status = useConnectionStatus();
  if (connection === null || status === null) return null;
  return (
    <section className="panel-section">
      <h3>{panel.leader}</h3>
      <dl className="facts">
        <Fact name={panel.host}>{panel.hosts[status.host]}</Fact>
        <Fact name={panel.led}>{leaderOf(panel, status)}</Fact>
        <Fact name={panel.leaderId}>
          <code>{status.leaderId ?? '–'}</code>
        </Fact>
        <Fact name={panel.epoch}>{status.epoch}</Fact>
        <Fact name={panel.sockets}>{status.sockets}</Fact>
        {status.switching && <Fact name={panel.switchingName}>{panel.switching}</Fact>}
        <Fact name={panel.tabs}>{status.tabs}</Fact>
        <Fact name={panel.reconnects}>{status.reconnects}</Fact>
      </dl>
      {status.host === 'elected-tab' && !status.leading && (
        <button type="button" className="button button-small" onClick={() => connection.becomeLeader()}>
          {panel.becomeLeader}
        </button>
      )}
    </section>
  );
}

function leaderOf(panel: PanelText, status: ConnectionStatus): string {
  if (status.leading) return panel.leadsHere;
  if (status.leaderId === null) return panel.leadsNobody;
  return status.host === 'shared-worker' ? panel.leadsWorker : panel.leadsOther;
}
