/** Who holds the one connection for all windows. */
import type { ConnectionStatus } from '../../connection/api.ts';
import { useConnection, useConnectionStatus } from '../services.ts';
import type { Catalogue } from '../text/catalogue.ts';
import { useText } from '../text/use-text.ts';
import { Fact } from './fact.tsx';

export function LeaderFacts() {
  const text = useText();
  const connection = useConnection();
  const status = useConnectionStatus();
  if (connection === null || status === null) return null;
  return (
    <section className="panel-section">
      <h3>{text.panel.leader}</h3>
      <dl className="facts">
        <Fact name={text.panel.host}>{text.panel.hosts[status.host]}</Fact>
        <Fact name={text.panel.led}>{leaderOf(text, status)}</Fact>
        <Fact name={text.panel.leaderId}>
          <code>{status.leaderId ?? '–'}</code>
        </Fact>
        <Fact name={text.panel.epoch}>{status.epoch}</Fact>
        <Fact name={text.panel.sockets}>{status.sockets}</Fact>
        <Fact name={text.panel.tabs}>{status.tabs}</Fact>
        <Fact name={text.panel.reconnects}>{status.reconnects}</Fact>
      </dl>
      {status.host === 'elected-tab' && !status.leading && (
        <button type="button" className="button button-small" onClick={() => connection.becomeLeader()}>
          {text.panel.becomeLeader}
        </button>
      )}
    </section>
  );
}

function leaderOf(text: Catalogue, status: ConnectionStatus): string {
  if (status.leading) return text.panel.leadsHere;
  if (status.leaderId === null) return text.panel.leadsNobody;
  return status.host === 'shared-worker' ? text.panel.leadsWorker : text.panel.leadsOther;
}
